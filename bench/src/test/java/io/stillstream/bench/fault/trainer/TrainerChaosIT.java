package io.stillstream.bench.fault.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.Interruption;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills; {@code stillstream bench trainer-chaos} is the long run. */
final class TrainerChaosIT {

    private static final int RECORDS = 240;

    @TempDir
    private Path directory;

    @Test
    void run_trainerKilled_endsWithTheBytesOfOneThatWasLeftAlone() throws Exception {
        TrainerChaosReport report = run(new TrainerChaosOptions(3, RECORDS, 3, false, false, false, 1, directory));
        assertThat(report.kills()).isEqualTo(3);
        assertThat(report.torn()).isEmpty();
        assertThat(report.failures()).isZero();
        assertThat(report.wrongResumptions()).isZero();
        assertThat(report.survivor().files()).isEqualTo(report.reference().files());
        assertThat(report.survivor().steps()).isEqualTo(report.reference().steps());
        assertThat(report.survivor().ledger().findings()).isEmpty();
        assertThat(report.survivor().counts().trained()).isGreaterThan(RECORDS / 2);
        assertThat(report.survivor().counts().clean()).isTrue();
        assertThat(report.rejected()).isPositive();
        assertThat(report.letters()).isEqualTo(2 * report.rejected());
        assertThat(report.clean()).isTrue();
    }

    @Test
    @Tag("heavy")
    void run_naiveTrainerKilled_isFoundOut() throws Exception {
        TrainerChaosReport report = run(new TrainerChaosOptions(2, RECORDS, 3, false, false, true, 1, directory));
        assertThat(report.failures()).isZero();
        assertThat(report.reference().counts().clean()).isTrue();
        assertThat(report.survivor().counts().lost()).isPositive();
        assertThat(report.sameWeights()).isFalse();
        assertThat(report.clean()).isFalse();
    }

    private static TrainerChaosReport run(TrainerChaosOptions options) throws InterruptedException {
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try (Interruption interruption = new Interruption()) {
            return new TrainerChaos(options, interruption, nowhere).run();
        }
    }
}
