package io.stillstream.evaluation.bakeoff.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.RecordBinder;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.plan.Budget;
import io.stillstream.evaluation.bakeoff.plan.BudgetUnit;
import io.stillstream.evaluation.bakeoff.plan.StepSize;
import io.stillstream.evaluation.bakeoff.plan.StudentDirectory;
import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.evaluation.bakeoff.writing.StudentWriting;
import io.stillstream.evaluation.bakeoff.writing.WrittenText;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.step.TrainingSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StudentTextsTest {

    private static final int TEXTS = 6;
    private static final int STEPS = 5;
    private static final int MAX_TOKENS = 12;

    private static Path directory;
    private static TextTokenizer tokenizer;
    private static Student student;
    private static StudentGenerator generator;
    private static List<TeacherTargets> stream;
    /** One for all runs, so that an example that is the stream's own is known by its identity. */
    private static ExampleSource fixed;

    private TestingScorer scorer;

    @BeforeAll
    static void open(@TempDir Path temporary) {
        directory = TinyStudent.at(temporary.resolve("student"));
        tokenizer = TextTokenizer.load(directory);
        student = Student.load(directory);
        generator = new StudentGenerator(student);
        stream = new ArrayList<>();
        for (char letter = 'a'; letter < 'a' + TEXTS; letter++) {
            stream.add(Samples.byToken("ab" + letter, " cd end", Split.TRAIN, Author.TEACHER, tokenizer.sha256()));
        }
        fixed = examples().of(new Arm("fixed", TrainerConfig.defaults(), Map.of(), stream, null));
    }

    @AfterAll
    static void close() {
        generator.close();
        student.close();
        tokenizer.close();
    }

    @BeforeEach
    void ask() {
        Map<String, TeacherTargets> prompts = new LinkedHashMap<>();
        stream.forEach(targets -> prompts.put(targets.promptId(), targets));
        scorer = new TestingScorer(prompts, tokenizer.sha256());
    }

    @Test
    void examples_everyOtherStep_writesWhatTheNextStepsTrainOn() {
        List<List<Example>> examples = run(new StudentTextsConfig(1, 2, 1, MAX_TOKENS), 0);

        List<List<WrittenText>> written = List.copyOf(scorer.scored());
        List<List<Example>> plain = run(new StudentTextsConfig(0, 2, 1, MAX_TOKENS), 0);
        assertThat(written).hasSize(3).doesNotContain(List.of());
        for (int interval = 0; interval < written.size(); interval++) {
            assertThat(written.get(interval))
                    .extracting(WrittenText::author)
                    .containsOnly(Author.student("on-policy-seed0-step" + (1 + 2 * interval)));
            // A text that comes twice in an interval has one example.
            Set<Example> others = new LinkedHashSet<>();
            for (int step = 2 * interval; step < Math.min(2 * interval + 2, STEPS); step++) {
                assertThat(examples.get(step)).hasSameSizeAs(plain.get(step));
                others.addAll(examples.get(step));
                others.removeAll(plain.get(step));
            }
            // What the student left empty stays the stream's.
            assertThat(others)
                    .hasSameSizeAs(written.get(interval))
                    .allSatisfy(example -> assertThat(example.sequences())
                            .extracting(TrainingSequence::labelled)
                            .containsExactly(false));
        }
        assertThat(scorer.scored()).as("calls for a share of 0").hasSize(3);
    }

    @Test
    void examples_sameSeed_areWrittenTheSame() {
        StudentTextsConfig config = new StudentTextsConfig(1, 1, 1, MAX_TOKENS);
        run(config, 0);
        List<List<WrittenText>> first = List.copyOf(scorer.scored());
        scorer.scored().clear();
        run(config, 0);

        assertThat(scorer.scored()).isEqualTo(first).hasSize(STEPS);
        scorer.scored().clear();
        run(config, 1);
        assertThat(scorer.scored()).isNotEqualTo(first);
    }

    @Test
    void examples_share_isOfTheSameTextsWheneverTheyCome() {
        run(new StudentTextsConfig(0.5, 1, 1, MAX_TOKENS), 3);

        long chosen = scorer.scored().stream()
                .flatMap(List::stream)
                .map(WrittenText::promptId)
                .distinct()
                .count();
        assertThat(chosen).isBetween(1L, TEXTS - 1L);
    }

    @Test
    void examples_teacherRejectsEverything_areTheStreams() {
        scorer.rejectAll();

        List<List<Example>> examples = run(new StudentTextsConfig(1, 1, 1, MAX_TOKENS), 0);

        assertThat(scorer.scored()).hasSize(STEPS);
        assertThat(examples).isEqualTo(run(new StudentTextsConfig(0, 1, 1, MAX_TOKENS), 0));
    }

    @Test
    void arm_lossWithoutTransport_isRefused() {
        StudentWriting writing = new StudentWriting(StudentTextsConfig.defaults(), scorer);
        TrainerConfig trainer = new RecordBinder()
                .bind(
                        "",
                        Map.of("loss", Map.of("multilevelot", Map.of("variant", "stable"))),
                        TrainerConfig.defaults());

        assertThatThrownBy(() -> new Arm("deaf", trainer, Map.of(), stream, writing))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("arm 'deaf'")
                .hasMessageContaining("has no transport");
    }

    private static ArmExamples examples() {
        return ArmExamples.of(new StudentDirectory("tiny", directory), tokenizer, TrainerConfig.defaults());
    }

    /** The examples of each step. */
    private List<List<Example>> run(StudentTextsConfig config, long seed) {
        StudentWriting writing = new StudentWriting(config, scorer);
        Arm arm = new Arm("on-policy", TrainerConfig.defaults(), Map.of(), stream, writing);
        ArmExamples ofStudent = examples();
        Schedule schedule = new Schedule(
                ofStudent.lengths(arm), new StepSize.Texts(2), new Budget(BudgetUnit.STEPS, STEPS, STEPS), seed);
        List<List<Example>> examples = new ArrayList<>();
        try (StudentTexts texts = ofStudent.written(arm, writing, fixed, schedule, seed)) {
            while (schedule.goesOn()) {
                List<Integer> step = schedule.nextStep();
                examples.add(texts.examples(schedule.steps(), step, generator));
            }
        }
        return examples;
    }
}
