package io.stillstream.trainer.pretraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.tokenizer.training.BytePairTrainer;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.step.StepReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PretrainingTest {

    private static final PretrainingConfig CONFIG = new PretrainingConfig(60, 64, 64, 1e-2, 3, 7);
    private static final List<PretrainingText> TEXTS = List.of(
            new PretrainingText("The cat sat on the mat.", true),
            new PretrainingText("The dog sat on the cat.", true),
            new PretrainingText("The mat sat on the dog and then", false),
            new PretrainingText("", true));

    @TempDir
    private Path directory;

    private Path student;

    @BeforeEach
    void newStudent() {
        Path tokenizer = directory.resolve("tokenizer");
        BytePairTrainer.train(TEXTS.stream().map(PretrainingText::text).toList(), 280)
                .write(tokenizer);
        student = directory.resolve("new");
        new StudentInitializer(StudentShape.of(16, 32, 1, 2, 1, 64), 1).write(student, tokenizer);
    }

    @Test
    void run_fewTexts_learnsThem() {
        List<StepReport> reports = new ArrayList<>();
        long steps = new Pretraining(CONFIG, reports::add).run(student, TEXTS, directory.resolve("taught"));
        assertThat(reports).hasSize((int) steps);
        assertThat(reports.get(reports.size() - 1).total())
                .isLessThan(0.5 * reports.get(0).total());
    }

    @Test
    void run_twice_givesTheSameBytes() {
        for (String name : List.of("first", "second")) {
            new Pretraining(CONFIG, report -> {}).run(student, TEXTS, directory.resolve(name));
        }
        assertThat(directory.resolve("first/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("second/model.safetensors"));
    }

    @Test
    void run_textsWithoutTwoTokens_isRefused() {
        assertThatThrownBy(() -> new Pretraining(CONFIG, report -> {})
                        .run(student, List.of(new PretrainingText("", true)), directory.resolve("none")))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("nothing to train on");
    }
}
