package io.stillstream.evaluation.bakeoff;

import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.step.StepReport;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TrainingStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One training of one arm: a fresh student, a fresh optimizer, the seed's order of texts. */
final class ArmRun {

    private final BakeoffPlan plan;
    private final List<PreparedHeldOut> heldOut;

    private final List<RunResult.Point> curve = new ArrayList<>();
    private final Map<String, List<RecordLoss>> losses = new LinkedHashMap<>();
    private final StepMeans terms = new StepMeans();
    private final StepMeans gradientShares = new StepMeans();
    private long tokens;
    private long skippedTexts;
    private long unappliedSteps;

    ArmRun(BakeoffPlan plan, List<PreparedHeldOut> heldOut) {
        this.plan = plan;
        this.heldOut = heldOut;
    }

    /** Trains from the start to the end; once. */
    RunResult train(Arm arm, List<Example> examples, long seed) {
        int[] lengths = examples.stream().mapToInt(Example::streamTokens).toArray();
        TextStream stream = new TextStream(lengths, plan.stepSize(), seed);
        int microBatchTokens = arm.trainer().batches().maxBatchTokens();
        try (Student student = Student.load(plan.student());
                StudentOptimizer optimizer =
                        StudentOptimizer.fresh(student, arm.trainer().optimizer());
                TrainingStep training = new TrainingStep(student, optimizer, ArmExamples.loss(arm), microBatchTokens);
                StudentEvaluator evaluator = new StudentEvaluator(student, microBatchTokens)) {
            evaluate(0, evaluator);
            for (int step = 1; step <= plan.steps(); step++) {
                List<Integer> texts = stream.nextStep();
                List<TrainingSequence> sequences = sequences(examples, texts);
                if (!sequences.isEmpty()) {
                    note(training.step(new TrainingBatch(sequences, texts.size())));
                }
                if (plan.evaluatesAfter(step)) {
                    evaluate(step, evaluator);
                }
            }
        }
        return new RunResult(
                curve, losses, tokens, skippedTexts, unappliedSteps, terms.means(), gradientShares.means());
    }

    private List<TrainingSequence> sequences(List<Example> examples, List<Integer> texts) {
        List<TrainingSequence> sequences = new ArrayList<>();
        for (int text : texts) {
            List<TrainingSequence> made = examples.get(text).sequences();
            sequences.addAll(made);
            skippedTexts += made.isEmpty() ? 1 : 0;
        }
        return sequences;
    }

    private void note(StepReport report) {
        tokens += report.tokens();
        unappliedSteps += report.applied() ? 0 : 1;
        terms.add(report.terms());
        gradientShares.add(report.gradientShares());
    }

    private void evaluate(int step, StudentEvaluator evaluator) {
        Map<String, Double> bitsPerByte = new LinkedHashMap<>();
        for (PreparedHeldOut set : heldOut) {
            List<RecordLoss> measured = set.measure(evaluator);
            losses.put(set.name(), measured);
            bitsPerByte.put(set.name(), RecordLoss.bitsPerByte(measured));
        }
        curve.add(new RunResult.Point(step, tokens, bitsPerByte));
    }
}
