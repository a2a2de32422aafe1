package io.stillstream.bench.fault.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.Interruption;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills; {@code stillstream bench scorer-chaos} is the long run. */
final class ScorerChaosIT {

    /** Of which no victim stays away: a takeover has to wait for sessions and transactions to time out. */
    private static final long SEED = 5;

    @TempDir
    private Path directory;

    @Test
    void run_scorersKilledInTheirTransactions_loseAndRepeatNothing() throws Exception {
        var options = new ChaosOptions(3, 400, 4, false, SEED, null, Duration.ofMinutes(3), directory);
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        ChaosReport report;
        try (Interruption interruption = new Interruption()) {
            report = new ScorerChaos(options, interruption, nowhere).run();
        }
        assertThat(report.kills()).isEqualTo(3);
        assertThat(report.openKills()).isPositive();
        assertThat(report.absences()).isZero();
        assertThat(report.failures()).isZero();
        assertThat(report.sent()).isEqualTo(400);
        assertThat(report.delivery()).isEqualTo(new DeliveryResult(0, 0, 0, 0, 0, 4));
    }
}
