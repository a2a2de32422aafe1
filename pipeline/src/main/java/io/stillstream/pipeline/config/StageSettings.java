package io.stillstream.pipeline.config;

import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.monitoring.stage.Stage;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which settings a process of some stages reads. What belongs to no stage is read by all. */
public final class StageSettings {

    private static final Map<String, Set<Stage>> SECTIONS = Map.of(
            "traffic", EnumSet.of(Stage.PRODUCER),
            "redaction", EnumSet.of(Stage.PRODUCER, Stage.PROXY),
            "proxy", EnumSet.of(Stage.PROXY),
            "capture", EnumSet.of(Stage.PROXY),
            "teacher", EnumSet.of(Stage.SCORER),
            "scorer", EnumSet.of(Stage.SCORER),
            "trainer", EnumSet.of(Stage.TRAINER),
            "serving", EnumSet.of(Stage.SERVING),
            "gate", EnumSet.noneOf(Stage.class),
            "rollout", EnumSet.noneOf(Stage.class));

    /** The trainer looks there for the teacher's tokenizer. */
    private static final String ALSO_THE_TRAINERS = "teacher.directory: ";

    private StageSettings() {}

    /** The settings in effect that these stages read, a line each; secrets are masked. */
    public static List<String> describe(StillstreamConfig config, Set<Stage> stages) {
        return EffectiveSettings.describe(config).stream()
                .filter(line -> concerns(stages, line))
                .toList();
    }

    private static boolean concerns(Set<Stage> stages, String line) {
        String section = line.split("[.:]", 2)[0];
        Set<Stage> readers = SECTIONS.get(section);
        return readers == null
                || readers.stream().anyMatch(stages::contains)
                || (stages.contains(Stage.TRAINER) && line.startsWith(ALSO_THE_TRAINERS));
    }
}
