package io.stillstream.student.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.Golden;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.model.Student;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StudentEvaluatorTest {

    private static final double TOLERANCE = 1e-5;

    /** Several micro-batches, so that places could be mixed up. */
    private static final int MICRO_BATCH_TOKENS = 8;

    @Test
    void evaluate_goldenBatch_isConfidentAsTheSoftmaxOfItsLogitsIs() {
        try (Student student = Student.load(Golden.tinyLlama());
                SafetensorsReader golden = Golden.open("tiny-llama");
                StudentEvaluator evaluator = new StudentEvaluator(student, MICRO_BATCH_TOKENS)) {
            List<TokenSequence> batch = Golden.batch(golden);
            List<SequenceEvaluation> evaluations = evaluator.evaluate(batch);
            for (int i = 0; i < evaluations.size(); i++) {
                TokenSequence sequence = batch.get(i);
                float[][] logits = Golden.logits(student, Golden.ints(golden, "ids." + i));
                double nats = 0;
                for (int step = 0; step < sequence.labels(); step++) {
                    float[] row = logits[sequence.promptLength() + step - 1];
                    int choice = evaluations.get(i).prediction(step);
                    assertThat((double) evaluations.get(i).confidence(step))
                            .isCloseTo(probability(row, choice), within(TOLERANCE));
                    nats -= Math.log(probability(row, sequence.id(sequence.promptLength() + step)));
                    for (float logit : row) {
                        assertThat(logit).isLessThanOrEqualTo(row[choice]);
                    }
                }
                assertThat(evaluations.get(i).negativeLogLikelihood())
                        .isCloseTo(nats, within(TOLERANCE * sequence.labels()));
            }
        }
    }

    private static double probability(float[] logits, int id) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp((double) logit - logits[id]);
        }
        return 1 / sum;
    }
}
