package io.stillstream.evaluation.bakeoff;

import io.stillstream.contract.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * What is compared, on what, for how long.
 *
 * @param student the Hugging Face directory that every run starts from
 * @param baseline the name of the arm that the others are compared with
 * @param seeds how many orders of the stream each arm is trained on; the seeds are 0, 1, 2, …
 * @param steps optimizer steps of a run
 * @param evaluateEvery steps between evaluations; there is one before the first step and one after the last besides
 */
public record BakeoffPlan(
        Path student,
        List<Arm> arms,
        String baseline,
        List<HeldOutTexts> heldOut,
        int seeds,
        int steps,
        StepSize stepSize,
        int evaluateEvery) {

    public BakeoffPlan {
        arms = List.copyOf(arms);
        heldOut = List.copyOf(heldOut);
        requirePositive("seeds", seeds);
        requirePositive("steps", steps);
        requirePositive("evaluate-every", evaluateEvery);
        if (heldOut.isEmpty()) {
            throw new EvaluationException("a bake-off has no held-out set; expected at least one");
        }
        List<String> names = arms.stream().map(Arm::name).toList();
        requireDistinct("arm", names);
        requireDistinct("held-out set", heldOut.stream().map(HeldOutTexts::name).toList());
        if (!names.contains(baseline)) {
            throw new EvaluationException("the baseline is '" + baseline + "'; expected one of the arms " + names);
        }
        for (Arm arm : arms) {
            requireSameTexts(arms.get(0), arm);
        }
    }

    /** The seeds' numbers. */
    public List<Long> seedNumbers() {
        return LongStream.range(0, seeds).boxed().toList();
    }

    boolean evaluatesAfter(int step) {
        return step % evaluateEvery == 0 || step == steps;
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new EvaluationException(name + " is " + value + "; expected at least 1");
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

    private static List<List<String>> texts(Arm arm) {
        return arm.stream().stream().map(BakeoffPlan::text).toList();
    }

    private static List<String> text(TeacherTargets targets) {
        return List.of(targets.promptId(), targets.promptText(), targets.responseText());
    }
}
