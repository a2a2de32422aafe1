package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DroppedTurnReportTest {

    @Test
    void record_turns_areCountedByRole() {
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER)) {
            var report = new DroppedTurnReport("teacher", telemetry.scorer());
            report.record(Set.of("system", "tool"));
            report.record(Set.of("system"));
            report.record(Set.of("critic"));
            report.record(Set.of());
            assertThat(count(telemetry, "system")).isEqualTo(2);
            assertThat(count(telemetry, "tool")).isEqualTo(1);
            assertThat(count(telemetry, "other")).isEqualTo(1);
        }
    }

    private static double count(Telemetry telemetry, String role) {
        return telemetry
                .registry()
                .get("stillstream.template.dropped.turns")
                .tag("role", role)
                .counter()
                .count();
    }
}
