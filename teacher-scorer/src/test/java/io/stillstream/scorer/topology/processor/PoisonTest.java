package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes that die of a record, and what the third one makes of it. */
final class PoisonTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"scoring", "admitting"})
    void start_theThirdAfterTwoDeaths_makesTheRecordADeadLetter(String when) throws Exception {
        assertThat(run(when)).isEqualTo(List.of(DyingScorer.ABORTED));
        assertThat(run(when)).isEqualTo(List.of(DyingScorer.ABORTED));
        assertThat(run(when))
                .isEqualTo(
                        List.of("scored p0", "scored p1", "scored p3", "scored p4", "scored p5", "rejected poison", 0));
    }

    /** What the process printed, and its exit code. */
    private List<Object> run(String when) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingScorer.class.getName(),
                        directory.toString(),
                        when)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Object> seen = new ArrayList<>(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("scored ") || line.startsWith("rejected "))
                .toList());
        seen.add(process.waitFor());
        return seen;
    }
}
