package io.stillstream.scorer.onnx;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.SpellingPlan;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.VocabularyProjection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A student's vocabulary, in which a teacher's probabilities are added up.
 *
 * @param projection each of the teacher's tokens counts for the first of the student's tokens that spell it
 */
record StudentVocabulary(Vocabulary vocabulary, VocabularyProjection projection) {

    private static final Logger LOG = LoggerFactory.getLogger(StudentVocabulary.class);

    /**
     * @param directory of the student
     * @param teacherEnds the teacher's tokens that end a text
     * @param teacherSize how many logits the teacher has, which may be more than its tokenizer has tokens
     * @throws ScorerException when the student's tokenizer and ends cannot be read
     */
    static StudentVocabulary read(Path directory, TextTokenizer teacher, List<Integer> teacherEnds, int teacherSize) {
        long started = System.nanoTime();
        try (TextTokenizer student = TextTokenizer.load(directory)) {
            List<Integer> ends = DecoderConfig.read(directory).eosTokenIds();
            Vocabulary vocabulary = new Vocabulary(student.sha256(), student.vocabularySize(), ends);
            SpellingPlan plan = SpellingPlan.of(
                    teacher, student, teacherEnds, ends.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ends.get(0)));
            LOG.info(
                    "probabilities are added up in the vocabulary of {}: it spells {} of the teacher's {} tokens, {} of them"
                            + " with one token; planned in {} ms",
                    directory,
                    plan.mapped(),
                    teacher.vocabularySize(),
                    plan.whole(),
                    Duration.ofNanos(System.nanoTime() - started).toMillis());
            int[] map = IntStream.range(0, teacherSize).map(plan::first).toArray();
            return new StudentVocabulary(vocabulary, new VocabularyProjection(map, student.vocabularySize()));
        } catch (HuggingFaceException | ContractException e) {
            throw new ScorerException(
                    "probabilities cannot be added up in the vocabulary of " + directory + " (teacher.project-onto): "
                            + e.getMessage(),
                    e);
        }
    }
}
