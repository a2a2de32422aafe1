package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.writing.Exposure;
import io.stillstream.evaluation.bakeoff.writing.WrittenAnswers;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.heldout.TeacherLead;
import io.stillstream.trainer.step.StepReport;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TrainingStep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One training of one arm: a fresh student, a fresh optimizer, the schedule's texts. */
public final class ArmRun {

    private final Path initial;
    private final StudentWording wording;
    private final List<PreparedHeldOut> heldOut;
    private final ExposureMeter exposure;

    private final List<RunResult.Point> curve = new ArrayList<>();
    private final Map<String, List<RecordLoss>> losses = new LinkedHashMap<>();
    private final StepMeans terms = new StepMeans();
    private final StepMeans gradientShares = new StepMeans();
    private double lead = Double.NaN;
    private long tokens;
    private long skippedTexts;
    private long unappliedSteps;
    private long trainingNanos;

    /**
     * @param initial the directory of the student that it starts from
     * @param wording how the student is spoken to
     */
    public ArmRun(Path initial, StudentWording wording, List<PreparedHeldOut> heldOut, ExposureMeter exposure) {
        this.initial = initial;
        this.wording = wording;
        this.heldOut = heldOut;
        this.exposure = exposure;
    }

    /** Trains from the start to the end of the schedule; once. */
    public RunResult train(Arm arm, ExampleSource source, Schedule schedule) {
        int microBatchTokens = arm.trainer().batches().maxBatchTokens();
        try (Student student = wording.load(initial, arm.trainer().devices());
                StudentOptimizer optimizer =
                        StudentOptimizer.fresh(student, arm.trainer().optimizer());
                TrainingStep training = new TrainingStep(
                        student, optimizer, ArmExamples.loss(arm), arm.trainer().step());
                StudentEvaluator evaluator = new StudentEvaluator(student, microBatchTokens);
                StudentGenerator generator = new StudentGenerator(student)) {
            evaluate(schedule, 1, evaluator);
            Map<String, WrittenAnswers> before = exposure.beforeTraining(generator);
            while (schedule.goesOn()) {
                long started = System.nanoTime();
                List<Integer> texts = schedule.nextStep();
                float alphaOnGiven =
                        (float) ArmExamples.loss(arm).multilevelot().alphaOnGiven(lead);
                step(training, source.examples(schedule.steps(), texts, generator), alphaOnGiven);
                trainingNanos += System.nanoTime() - started;
                int points = schedule.pointsDue();
                if (points > 0) {
                    evaluate(schedule, points, evaluator);
                }
            }
            return new RunResult(
                    curve,
                    losses,
                    tokens,
                    skippedTexts,
                    unappliedSteps,
                    terms.means(),
                    gradientShares.means(),
                    exposure(before, exposure.measure(generator)));
        }
    }

    /** How long the steps took, with what their examples took to be written and scored, and without the evaluations. */
    public Duration trainingTime() {
        return Duration.ofNanos(trainingNanos);
    }

    private void step(TrainingStep training, List<Example> examples, float alphaOnGiven) {
        List<TrainingSequence> sequences = new ArrayList<>();
        for (Example example : examples) {
            sequences.addAll(example.sequences(alphaOnGiven));
            skippedTexts += example.sequences().isEmpty() ? 1 : 0;
        }
        if (!sequences.isEmpty()) {
            note(training.step(new TrainingBatch(sequences, examples.size())));
        }
    }

    private static Map<String, Exposure> exposure(
            Map<String, WrittenAnswers> before, Map<String, WrittenAnswers> after) {
        Map<String, Exposure> exposure = new LinkedHashMap<>();
        before.forEach((set, answers) -> exposure.put(set, new Exposure(answers, after.getOrDefault(set, answers))));
        return exposure;
    }

    private void note(StepReport report) {
        tokens += report.tokens();
        unappliedSteps += report.applied() ? 0 : 1;
        terms.add(report.terms());
        if (!report.gradientShares().isEmpty()) {
            gradientShares.add(report.gradientShares());
        }
    }

    private void evaluate(Schedule schedule, int points, StudentEvaluator evaluator) {
        Map<String, Double> bitsPerByte = new LinkedHashMap<>();
        TeacherLead measuredLead = new TeacherLead();
        for (PreparedHeldOut set : heldOut) {
            List<RecordLoss> measured = set.measure(evaluator, measuredLead);
            losses.put(set.name(), measured);
            bitsPerByte.put(set.name(), RecordLoss.bitsPerByte(measured));
        }
        lead = measuredLead.bitsPerByte();
        for (int i = 0; i < points; i++) {
            curve.add(new RunResult.Point(schedule.steps(), schedule.labelTokens(), bitsPerByte));
        }
    }
}
