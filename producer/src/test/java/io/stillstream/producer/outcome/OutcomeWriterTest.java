package io.stillstream.producer.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.OutcomeMeters;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With no broker: nobody waits, and every outcome is counted. */
final class OutcomeWriterTest {

    private static final ServedOutcome OUTCOME =
            new ServedOutcome(Instant.EPOCH, "", "c", "t", Arm.PRODUCTION, "", "", 1, 2, false, false);

    @Test
    void offer_kafkaAway_everyOneIsCountedAsDropped() {
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PROXY)) {
            OutcomeMeters meters = telemetry.outcomes();
            int offered = 30_000;
            OutcomeWriter writer =
                    OutcomeWriter.start(Map.of("bootstrap.servers", "127.0.0.1:1"), "served-outcomes", meters);
            for (int i = 0; i < offered; i++) {
                writer.offer(OUTCOME);
            }
            writer.close();
            writer.offer(OUTCOME);

            assertThat(meters.dropped()).isEqualTo(offered + 1);
        }
    }
}
