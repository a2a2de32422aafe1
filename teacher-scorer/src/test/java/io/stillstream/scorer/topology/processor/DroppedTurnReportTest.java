package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

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

    @Test
    void record_roleOfAnyText_isWarnedOfOnceWithTheFirstNameShortened() {
        var logger = (Logger) LoggerFactory.getLogger(DroppedTurnReport.class);
        var logged = new ListAppender<ILoggingEvent>();
        logged.start();
        logger.addAppender(logged);
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER)) {
            var report = new DroppedTurnReport("teacher", telemetry.scorer());
            for (int i = 0; i < 100; i++) {
                report.record(Set.of("\u001b[2J" + i + "x".repeat(1 << 20)));
                report.record(Set.of("tool"));
            }
        } finally {
            logger.detachAppender(logged);
        }
        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .satisfiesExactly(
                        other -> assertThat(other)
                                .contains("the role '\\u001b[2J0xxx", "x…', and perhaps of further roles")
                                .hasSizeLessThan(500),
                        tool -> assertThat(tool).contains("the role 'tool': neither"));
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
