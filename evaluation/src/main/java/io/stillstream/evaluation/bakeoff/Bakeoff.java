package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.plan.BakeoffPlan;
import io.stillstream.evaluation.bakeoff.plan.StudentDirectory;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.StudentReport;
import io.stillstream.evaluation.bakeoff.report.ReportBuilder;
import io.stillstream.evaluation.bakeoff.run.ArmExamples;
import io.stillstream.evaluation.bakeoff.run.ArmRun;
import io.stillstream.evaluation.bakeoff.run.ExampleSource;
import io.stillstream.evaluation.bakeoff.run.ExposureMeter;
import io.stillstream.evaluation.bakeoff.run.PreparedHeldOut;
import io.stillstream.evaluation.bakeoff.run.RunKey;
import io.stillstream.evaluation.bakeoff.run.RunResult;
import io.stillstream.evaluation.bakeoff.run.RunStore;
import io.stillstream.evaluation.bakeoff.run.Schedule;
import io.stillstream.evaluation.bakeoff.run.StudentTexts;
import io.stillstream.evaluation.bakeoff.run.TextLength;
import io.stillstream.evaluation.bakeoff.writing.StudentWriting;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains every student with every arm and seed on the same stream and compares the arms. Runs that the store has are not run
 * again. How long things take goes to the log and nowhere else.
 */
public final class Bakeoff {

    private static final Logger LOG = LoggerFactory.getLogger(Bakeoff.class);

    private final BakeoffPlan plan;
    private final RunStore store;

    public Bakeoff(BakeoffPlan plan, RunStore store) {
        this.plan = plan;
        this.store = store;
    }

    /** @throws EvaluationException when a student cannot be loaded, or an arm or a set has nothing that it takes */
    public BakeoffReport run() {
        for (StudentDirectory student : plan.students()) {
            try (TextTokenizer tokenizer = TextTokenizer.ofDecoder(student.directory())) {
                plan.arms().forEach(examples(student, tokenizer)::requireRecordsThatFit);
            }
        }
        ReportBuilder report = new ReportBuilder(plan);
        List<StudentReport> students = new ArrayList<>();
        for (StudentDirectory student : plan.students()) {
            students.add(run(student, report));
        }
        return report.report(students);
    }

    private ArmExamples examples(StudentDirectory student, TextTokenizer tokenizer) {
        return ArmExamples.of(student, tokenizer, plan.arms().get(0).trainer());
    }

    private StudentReport run(StudentDirectory student, ReportBuilder report) {
        try (TextTokenizer tokenizer = TextTokenizer.ofDecoder(student.directory())) {
            ArmExamples stream = examples(student, tokenizer);
            List<PreparedHeldOut> heldOut = plan.heldOut().stream()
                    .map(texts -> PreparedHeldOut.of(texts, stream.preparer()))
                    .toList();
            StudentRuns studentRuns = new StudentRuns(
                    student,
                    stream,
                    stream.lengths(plan.arms().get(0)),
                    heldOut,
                    new ExposureMeter(plan.exposure(), heldOut, tokenizer));
            Map<String, List<RunResult>> runs = new LinkedHashMap<>();
            for (Arm arm : plan.arms()) {
                runs.put(arm.name(), studentRuns.of(arm));
            }
            return report.student(student.name(), heldOut, runs);
        }
    }

    /** The runs of one student. */
    private final class StudentRuns {

        private final StudentDirectory student;
        private final ArmExamples stream;
        private final List<TextLength> lengths;
        private final List<PreparedHeldOut> heldOut;
        private final ExposureMeter exposure;
        private final RunKey keys;

        StudentRuns(
                StudentDirectory student,
                ArmExamples stream,
                List<TextLength> lengths,
                List<PreparedHeldOut> heldOut,
                ExposureMeter exposure) {
            this.student = student;
            this.stream = stream;
            this.lengths = lengths;
            this.heldOut = heldOut;
            this.exposure = exposure;
            this.keys = new RunKey(plan, student.directory());
        }

        /** In the order of seeds. */
        List<RunResult> of(Arm arm) {
            List<RunResult> runs = new ArrayList<>();
            @Nullable ExampleSource source = null;
            for (long seed : plan.seedNumbers()) {
                String key = keys.of(arm, seed);
                Optional<RunResult> kept = store.find(key);
                if (kept.isPresent()) {
                    LOG.info(
                            "student {}, arm {}, seed {}: kept from before as {}",
                            student.name(),
                            arm.name(),
                            seed,
                            key);
                    runs.add(kept.get());
                    continue;
                }
                source = source == null ? stream.of(arm) : source;
                RunResult run = train(arm, source, seed);
                store.keep(key, run);
                runs.add(run);
            }
            if (arm.studentWriting() != null) {
                arm.studentWriting().scorer().release();
            }
            return runs;
        }

        private RunResult train(Arm arm, ExampleSource source, long seed) {
            ArmRun armRun = new ArmRun(student.directory(), stream.wording(), heldOut, exposure);
            RunResult run =
                    train(armRun, arm, source, new Schedule(lengths, plan.stepSize(), plan.budget(), seed), seed);
            RunResult.Point end = run.curve().get(run.curve().size() - 1);
            LOG.info(
                    "student {}, arm {}, seed {}: {} steps, {} label tokens, {} tokens predicted, {} s of training without"
                            + " evaluations, held-out bits per byte: {}",
                    student.name(),
                    arm.name(),
                    seed,
                    end.step(),
                    end.labelTokens(),
                    run.tokens(),
                    String.format(Locale.ROOT, "%.1f", armRun.trainingTime().toMillis() / 1000.0),
                    summary(end));
            return run;
        }

        private RunResult train(ArmRun armRun, Arm arm, ExampleSource source, Schedule schedule, long seed) {
            StudentWriting writing = arm.studentWriting();
            if (writing == null) {
                return armRun.train(arm, source, schedule);
            }
            try (StudentTexts written = stream.written(arm, writing, source, schedule, seed)) {
                return armRun.train(arm, written, schedule);
            }
        }
    }

    private static String summary(RunResult.Point point) {
        return point.bitsPerByte().entrySet().stream()
                .map(set -> String.format(Locale.ROOT, "%s %.4f", set.getKey(), set.getValue()))
                .collect(Collectors.joining(", "));
    }
}
