package io.stillstream.bench.fault.scorer;

import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Stages;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.ScorerStage;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code stillstream score} with {@link NaiveProcessor}s in the place of ours, so that a run of {@link ScorerChaos} can show
 * that it sees losses. Takes {@code --set section.key=value} and nothing else.
 */
final class NaiveScorer {

    private NaiveScorer() {}

    public static void main(String[] arguments) throws InterruptedException {
        Map<String, String> settings = new HashMap<>();
        for (int i = 1; i < arguments.length; i += 2) {
            String[] setting = arguments[i].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        StillstreamConfig config = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings);
        try (Interruption interruption = new Interruption();
                Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.SCORER)) {
            Stages stages = new Stages(config, config.kafka().bootstrapServers(), telemetry);
            try (Teacher teacher = stages.teacher();
                    ScorerStage scorer =
                            stages.scorer(NaiveProcessor.topology(config.scorer(), config.topics(), teacher))) {
                interruption.onRequest(scorer::close);
                scorer.awaitTermination();
            }
        }
    }
}
