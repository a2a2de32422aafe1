package io.stillstream.trainer.heldout;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.examples.TokenizedTarget;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Evaluates a student on the held-out records. For the thread that the student is for. */
public final class HeldOutEvaluator implements AutoCloseable {

    private final StudentEvaluator evaluator;
    private final TextTokenizer tokenizer;

    /**
     * @param tokenizer the student's
     * @param microBatchTokens the most tokens, padding included, that are in memory at once
     */
    public HeldOutEvaluator(Student student, TextTokenizer tokenizer, int microBatchTokens) {
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
        var sum = new EvaluationSum(tokenizer);
        for (int i = 0; i < sequences.size(); i++) {
            SequenceEvaluation evaluation = evaluations.get(i);
            int[] choices = IntStream.range(0, evaluation.tokens())
                    .map(evaluation::prediction)
                    .toArray();
            sum.add(sequences.get(i), evaluation.negativeLogLikelihood(), choices);
        }
        return Optional.of(sum.result());
    }

    @Override
    public void close() {
        evaluator.close();
    }
}
