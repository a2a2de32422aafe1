package io.stillstream.evaluation.comparison;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.evaluation.measure.Comparison;
import io.stillstream.statistics.Interval;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation came to.
 *
 * @param file what it was on
 * @param text which text of its records was measured; null where predictions were scored
 * @param records in the file, or the first of them that were asked for
 * @param withoutText of them, those without such a text
 * @param compared of them, those that every student can take: all figures are of these
 * @param answered of those, the ones with a reference that answers were scored against; 0 where none were
 * @param teacherBitsPerByte the teacher's own, on its whole responses; null where it did not score these texts
 * @param rows one a student, the baseline first; or one for a file of predictions
 */
public record EvaluationResult(
        Path file,
        String sha256,
        @Nullable TextChoice text,
        int records,
        int withoutText,
        int compared,
        int answered,
        @Nullable Interval teacherBitsPerByte,
        List<Row> rows) {

    public EvaluationResult {
        rows = List.copyOf(rows);
    }

    /** @param student null where predictions were scored */
    public record Row(String name, @Nullable StudentCounts student, List<Answer> answers, Comparison comparison) {

        public Row {
            answers = List.copyOf(answers);
        }
    }

    /**
     * What a student took of the texts.
     *
     * @param weights sha256
     * @param tokenizer sha256
     * @param refused texts that it could not take, by reason
     * @param truncated how many of those compared were truncated to its context window
     * @param tokens of its own in what it saw
     * @param bytes that these stand for
     */
    public record StudentCounts(
            Path directory,
            String weights,
            String tokenizer,
            Map<RejectionCode, Integer> refused,
            int truncated,
            long tokens,
            long bytes) {

        public StudentCounts {
            refused = Map.copyOf(refused);
        }
    }

    /** What a student generated. */
    public record Answer(String id, String prediction, List<String> references) {

        public Answer {
            references = List.copyOf(references);
        }
    }
}
