package io.stillstream.trainer.heldout;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Evaluates a student on the held-out records. For the thread that the student is for. */
public final class HeldOutEvaluator implements AutoCloseable {

    private final StudentEvaluator evaluator;
    private final TextTokenizer tokenizer;
    private final @Nullable TransportPlans plans;

    /**
     * @param tokenizer the student's
     * @param plans what the tokens of records stand for that do not say it themselves
     * @param microBatchTokens the most tokens, padding included, that are in memory at once
     */
    public HeldOutEvaluator(
            Student student, TextTokenizer tokenizer, @Nullable TransportPlans plans, int microBatchTokens) {
        this.plans = plans;
        this.evaluator = new StudentEvaluator(student, microBatchTokens);
        this.tokenizer = tokenizer;
    }

    /** Empty while nothing is held out. */
    public Optional<HeldOutEvaluation> evaluate(HeldOutSet heldOut) {
        List<TokenizedTarget> sequences = heldOut.sequences();
        if (sequences.isEmpty()) {
            return Optional.empty();
        }
        List<SequenceEvaluation> evaluations = evaluator.evaluate(
                sequences.stream().map(TokenizedTarget::responseOnly).toList());
        var sum = new EvaluationSum(tokenizer, plans);
        for (int i = 0; i < sequences.size(); i++) {
            sum.add(sequences.get(i), evaluations.get(i));
        }
        return Optional.of(sum.result());
    }

    /** The same record by record, in the order of the set. */
    public List<RecordLoss> losses(HeldOutSet heldOut) {
        List<TokenizedTarget> sequences = heldOut.sequences();
        List<String> conversations = heldOut.conversations();
        List<RecordLoss> losses = new ArrayList<>();
        if (!sequences.isEmpty()) {
            List<SequenceEvaluation> evaluations = evaluator.evaluate(
                    sequences.stream().map(TokenizedTarget::responseOnly).toList());
            for (int i = 0; i < sequences.size(); i++) {
                losses.add(new RecordLoss(
                        conversations.get(i),
                        sequences.get(i).responseBytes(),
                        evaluations.get(i).negativeLogLikelihood()));
            }
        }
        return losses;
    }

    @Override
    public void close() {
        evaluator.close();
    }
}
