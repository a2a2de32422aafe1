package io.stillstream.scorer.topology;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.topology.processor.TestingTeacher;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ScorerStageTest {

    @Test
    void start_addressWithoutPort_isRefusedByName() {
        try (var telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER)) {
            assertThatThrownBy(() -> ScorerStage.start(
                            ScorerConfig.defaults(),
                            Topics.defaults(),
                            "nowhere",
                            Map.of(),
                            new TestingTeacher(100),
                            telemetry.scorer()))
                    .isInstanceOf(ScorerException.class)
                    .hasMessageStartingWith("the teacher-scorer cannot start on nowhere: ");
        }
    }
}
