package io.stillstream.pipeline.bakeoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.texts.ArmSettings;
import io.stillstream.evaluation.bakeoff.texts.BakeoffTexts;
import io.stillstream.evaluation.bakeoff.texts.HeldOutFile;
import io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig;
import io.stillstream.evaluation.bakeoff.writing.StudentWriting;
import io.stillstream.evaluation.bakeoff.writing.WrittenText;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the bundled teacher. */
final class BakeoffTextsIT {

    @TempDir
    private Path directory;

    @Test
    void score_whatAStudentWrote_isARecordOfItsOwnThatIsNotCached() throws IOException {
        StillstreamConfig demo =
                DemoConfig.of(directory.resolve("data"), BundledModels.unpack(directory.resolve("models")));
        Path data = Files.writeString(
                directory.resolve("train.jsonl"),
                "{\"id\":\"bees\",\"prompt\":\"What do bees do? \",\"response\":\"Bees make honey.\"}\n");
        Path heldOut = Files.writeString(
                directory.resolve("own.jsonl"),
                "{\"id\":\"bees\",\"prompt\":\"What is snow? \",\"response\":\"Snow is ice.\"}\n");
        Path cache = directory.resolve("cache");
        ArmSettings settings = new ArmSettings(demo.teacher(), demo.trainer(), StudentTextsConfig.defaults(), Map.of());

        try (BakeoffTexts texts = BakeoffTexts.of(
                demo.teacher(),
                demo.scorer(),
                Map.of("on-policy", settings),
                data,
                List.of(new HeldOutFile("own", SetRole.CONFIRMATION, heldOut)),
                cache)) {
            Arm arm = texts.arms().get(0);
            StudentWriting writing = Objects.requireNonNull(arm.studentWriting());
            List<String> cached = files(cache);
            Author author = Author.student("on-policy-seed0-step1");
            List<WrittenText> written = List.of(new WrittenText("bees", "Bees sleep", FinishReason.LENGTH, author));

            List<TeacherTargets> targets = writing.scorer().score(written);
            writing.scorer().release();

            assertThat(writing.scorer().score(written)).hasSize(1);
            assertThat(targets).singleElement().satisfies(target -> {
                assertThat(target.author()).isEqualTo(author);
                assertThat(target.responseSource()).isEqualTo(ResponseSource.STUDENT);
                assertThat(target.finishReason()).isEqualTo(FinishReason.LENGTH);
                assertThat(target.responseText()).isEqualTo("Bees sleep");
                assertThat(target.promptText()).isEqualTo(arm.stream().get(0).promptText());
                assertThat(target.teacher()).isEqualTo(arm.stream().get(0).teacher());
            });
            assertThat(texts.exposure(4, 8).scorers().get("own").score(written))
                    .extracting(TeacherTargets::promptText)
                    .containsExactly("What is snow? ");
            assertThat(files(cache)).isEqualTo(cached);
        }
    }

    private static List<String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
