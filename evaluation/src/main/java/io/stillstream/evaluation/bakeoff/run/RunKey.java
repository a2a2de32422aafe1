package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.plan.BakeoffPlan;
import io.stillstream.evaluation.bakeoff.plan.Budget;
import io.stillstream.evaluation.bakeoff.writing.ExposurePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Names a run by all that decides its outcome. The arm's name is not among it: renaming an arm runs nothing again. */
public final class RunKey {

    /** Raised whenever training or evaluation comes to give other numbers for the same inputs. */
    private static final int VERSION = 3;

    private static final int LENGTH = 32;

    private final BakeoffPlan plan;
    private final String common;

    /** @param student the directory that the runs start from */
    public RunKey(BakeoffPlan plan, Path student) {
        this.plan = plan;
        List<String> lines = new ArrayList<>();
        lines.add("student " + digest(student));
        plan.heldOut().forEach(set -> lines.add(set.role() + " " + set.name() + " " + digest(set.records())));
        ExposurePlan exposure = plan.exposure();
        if (exposure.prompts() > 0) {
            lines.add("exposure " + exposure.prompts() + " prompts, " + exposure.maxTokens() + " tokens, "
                    + new TreeSet<>(exposure.scorers().keySet()));
        }
        this.common = String.join("\n", lines);
    }

    public String of(Arm arm, long seed) {
        List<String> lines = new ArrayList<>();
        lines.add("bake-off run, version " + VERSION);
        lines.add(common);
        lines.add("stream " + digest(arm.stream()));
        Budget budget = plan.budget();
        lines.add(budget.amount() + " " + budget.unit().label() + " in steps of "
                + plan.stepSize().describe() + ", evaluated every " + budget.evaluateEvery() + ", seed " + seed);
        new TreeMap<>(arm.settings()).forEach((name, value) -> lines.add(name + ": " + value));
        return Digests.sha256(String.join("\n", lines)).substring(0, LENGTH);
    }

    private static String digest(List<TeacherTargets> records) {
        List<String> digests = records.stream()
                .map(TeacherTargetsCodec::encode)
                .map(Digests::sha256)
                .toList();
        return Digests.sha256(String.join("\n", digests));
    }

    /** Weights, shape and tokenizer: all that lies in the directory itself. */
    private static String digest(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> digests = files.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> file.getFileName() + " " + Digests.sha256(file))
                    .toList();
            return Digests.sha256(String.join("\n", digests));
        } catch (IOException e) {
            throw new EvaluationException("the student in " + directory + " cannot be read: " + e, e);
        }
    }
}
