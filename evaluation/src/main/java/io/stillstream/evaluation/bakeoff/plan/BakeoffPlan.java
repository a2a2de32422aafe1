package io.stillstream.evaluation.bakeoff.plan;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.writing.ExposurePlan;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * What is compared, on what, for how long.
 *
 * @param students each of them is trained by every arm
 * @param baselines the names of the arms that the others are compared with; the choice is made by the first
 * @param heldOut sets for selection, for confirmation or for both, each under a name of its own
 * @param seeds how many orders of the stream each arm is trained on; the seeds are 0, 1, 2, …
 * @param budget how long a run trains; there is an evaluation before the first step and one after the last besides its own
 * @param exposure what students write by themselves before training and after it
 */
public record BakeoffPlan(
        List<StudentDirectory> students,
        List<Arm> arms,
        List<String> baselines,
        List<HeldOutTexts> heldOut,
        int seeds,
        Budget budget,
        StepSize stepSize,
        ExposurePlan exposure) {

    public BakeoffPlan {
        students = List.copyOf(students);
        arms = List.copyOf(arms);
        baselines = List.copyOf(baselines);
        heldOut = List.copyOf(heldOut);
        if (seeds < 1) {
            throw new EvaluationException("seeds is " + seeds + "; expected at least 1");
        }
        requireSome("student", students);
        requireSome("arm", arms);
        requireSome("baseline", baselines);
        requireSome("held-out set", heldOut);
        List<String> names = arms.stream().map(Arm::name).toList();
        requireDistinct("student", students.stream().map(StudentDirectory::name).toList());
        requireDistinct("arm", names);
        requireDistinct("baseline", baselines);
        requireDistinct("held-out set", heldOut.stream().map(HeldOutTexts::name).toList());
        for (String baseline : baselines) {
            if (!names.contains(baseline)) {
                throw new EvaluationException("the baseline is '" + baseline + "'; expected one of the arms " + names);
            }
        }
        for (Arm arm : arms) {
            requireSameTexts(arms.get(0), arm);
        }
    }

    /** The seeds' numbers. */
    public List<Long> seedNumbers() {
        return LongStream.range(0, seeds).boxed().toList();
    }

    private static void requireSome(String kind, List<?> given) {
        if (given.isEmpty()) {
            throw new EvaluationException("a bake-off has no " + kind + "; expected at least one");
        }
    }

    private static void requireDistinct(String kind, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new EvaluationException("two have the " + kind + " name '" + name + "'; expected one of each");
            }
        }
    }

    private static void requireSameTexts(Arm first, Arm other) {
        if (!texts(first).equals(texts(other))) {
            throw new EvaluationException("arms '" + first.name() + "' and '" + other.name()
                    + "' train on different texts; expected the same ones in the same order");
        }
    }

    private static List<Text> texts(Arm arm) {
        return arm.stream().stream().map(Text::of).toList();
    }

    /** What makes a text of the stream the one that it is, however it is scored. */
    private record Text(String id, String prompt, String response, FinishReason finishReason) {

        static Text of(TeacherTargets targets) {
            return new Text(targets.promptId(), targets.promptText(), targets.responseText(), targets.finishReason());
        }
    }
}
