package io.stillstream.bench.bisect;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.demo.BundledModels;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rollout bisect} on a real broker, with a real student. */
final class BisectTrialIT {

    @TempDir
    private Path directory;

    @Test
    void bisect_fiftyPlantedRecordsAmongSomeHundreds_findsThem() {
        Path student = BundledModels.unpack(directory.resolve("models")).student();
        BisectTrial.Outcome outcome = BisectTrial.run(
                student, directory, new BisectTrial.Plan(1000, 400, 300, 50, 1), new PrintWriter(new StringWriter()));
        assertThat(outcome.exit()).as(outcome.printed()).isZero();
        assertThat(outcome.found()).as(outcome.printed()).isGreaterThanOrEqualTo(25);
        assertThat(outcome.width()).as(outcome.printed()).isLessThanOrEqualTo(120);
    }
}
