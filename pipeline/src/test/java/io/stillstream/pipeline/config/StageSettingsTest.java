package io.stillstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.monitoring.stage.Stage;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class StageSettingsTest {

    private static Set<String> sections(Set<Stage> stages) {
        return StageSettings.describe(StillstreamConfig.defaults(), stages).stream()
                .map(line -> line.split("[.:]", 2)[0])
                .collect(Collectors.toSet());
    }

    @Test
    void describe_oneStage_hasItsOwnSections() {
        assertThat(sections(Set.of(Stage.PRODUCER)))
                .containsExactlyInAnyOrder(
                        "data-directory", "kafka", "topics", "monitoring", "console", "traffic", "redaction");
        assertThat(sections(Set.of(Stage.PROXY)))
                .containsExactlyInAnyOrder(
                        "data-directory", "kafka", "topics", "monitoring", "console", "proxy", "capture", "redaction");
        assertThat(sections(Set.of(Stage.SCORER)))
                .containsExactlyInAnyOrder(
                        "data-directory", "kafka", "topics", "monitoring", "console", "teacher", "scorer");
    }

    @Test
    void describe_trainer_alsoSaysWhereItLooksForTheTeachersTokenizer() {
        List<String> lines = StageSettings.describe(StillstreamConfig.defaults(), Set.of(Stage.TRAINER));
        assertThat(lines).filteredOn(line -> line.startsWith("teacher.")).containsExactly("teacher.directory: teacher");
        assertThat(lines).anyMatch(line -> line.startsWith("trainer.")).noneMatch(line -> line.startsWith("traffic."));
    }
}
