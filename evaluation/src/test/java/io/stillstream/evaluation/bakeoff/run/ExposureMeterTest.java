package io.stillstream.evaluation.bakeoff.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.bakeoff.plan.HeldOutTexts;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.writing.ExposurePlan;
import io.stillstream.evaluation.bakeoff.writing.WrittenAnswers;
import io.stillstream.evaluation.bakeoff.writing.WrittenText;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loop.Samples;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExposureMeterTest {

    private static final List<String> PROMPTS = List.of("abc", "kiwi", "xy", "the end", "a", "bee");
    private static final int MAX_TOKENS = 16;

    /** Of a text whose letters each have the log-probability −1. */
    private static final double BITS = 1 / Math.log(2);

    @TempDir
    private Path directory;

    private TextTokenizer tokenizer;
    private Student student;
    private StudentGenerator generator;
    private TestingScorer scorer;
    private List<PreparedHeldOut> sets;

    @BeforeEach
    void open() {
        Path files = TinyStudent.at(directory.resolve("student"));
        tokenizer = TextTokenizer.load(files);
        student = Student.load(files);
        generator = new StudentGenerator(student);
        List<TeacherTargets> records = PROMPTS.stream()
                .map(prompt -> Samples.byToken(prompt, " end", Split.HELD_OUT, Author.TEACHER, tokenizer.sha256()))
                .toList();
        Map<String, TeacherTargets> prompts = new HashMap<>();
        records.forEach(targets -> prompts.put(targets.promptId(), targets));
        scorer = new TestingScorer(prompts, tokenizer.sha256());
        ExampleTokenizer preparer = new ExampleTokenizer(
                tokenizer,
                DecoderConfig.read(files),
                StudentWording.teachers(null, tokenizer, DecoderConfig.read(files)));
        sets = Stream.of("own", "other")
                .map(name -> PreparedHeldOut.of(new HeldOutTexts(name, SetRole.CONFIRMATION, records), preparer))
                .toList();
    }

    @AfterEach
    void close() {
        generator.close();
        student.close();
        tokenizer.close();
    }

    @Test
    void measure_set_isOfTheGreedyAnswersToItsFirstPrompts() {
        Map<String, WrittenAnswers> measured = meter(5).measure(generator);

        List<String> answers = PROMPTS.subList(0, 5).stream()
                .map(this::greedy)
                .filter(answer -> !answer.isEmpty())
                .toList();
        assertThat(measured).containsOnlyKeys("own");
        assertThat(scorer.scored()).hasSize(1);
        assertThat(scorer.scored().get(0))
                .extracting(WrittenText::response)
                .isNotEmpty()
                .isEqualTo(answers);
        assertThat(measured.get("own")).satisfies(own -> {
            assertThat(own.scored()).isEqualTo(answers.size() / 5.0);
            assertThat(own.teacherBitsPerByte()).isCloseTo(BITS, within(1e-9));
            assertThat(own.repetitionRate()).isBetween(0.0, 1.0);
        });
    }

    @Test
    void measure_teacherThatRejectsAll_hasNoBitsPerByte() {
        scorer.rejectAll();

        WrittenAnswers answers = meter(3).measure(generator).get("own");

        assertThat(answers.scored()).isZero();
        assertThat(answers.teacherBitsPerByte()).isNaN();
    }

    @Test
    void beforeTraining_twice_isMeasuredOnce() {
        ExposureMeter meter = meter(1);

        assertThat(meter.beforeTraining(generator)).isEqualTo(meter.beforeTraining(generator));
        assertThat(scorer.scored()).hasSize(1);
    }

    @Test
    void measure_noExposure_writesNothing() {
        assertThat(new ExposureMeter(ExposurePlan.NONE, sets, tokenizer).measure(generator))
                .isEmpty();
    }

    private String greedy(String prompt) {
        int[] ids = generator.greedy(tokenizer.encodePrompt(prompt), MAX_TOKENS);
        return tokenizer.text(
                Arrays.stream(ids).filter(id -> id < tokenizer.vocabularySize()).toArray());
    }

    private ExposureMeter meter(int prompts) {
        return new ExposureMeter(new ExposurePlan(prompts, MAX_TOKENS, Map.of("own", scorer)), sets, tokenizer);
    }
}
