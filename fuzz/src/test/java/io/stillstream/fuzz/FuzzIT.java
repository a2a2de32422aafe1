package io.stillstream.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer on each target for a few seconds, {@code stillstream.fuzz.seconds}; {@code .ci/fuzz} gives it longer. What it finds
 * is to be put among the resources, under the target's name, and there {@code FuzzTest} reads it for ever after.
 */
final class FuzzIT {

    private static final int SECONDS = Integer.getInteger("stillstream.fuzz.seconds", 1);
    private static final Path DIRECTORY = Path.of("target", "fuzz").toAbsolutePath();
    private static final List<FuzzRun> RUNS = new ArrayList<>();

    /** Of a build, where each costs some seconds to begin: what everybody can send. */
    private static final List<String> IN_A_BUILD = List.of("prompt-line", "prompt-record", "teacher-targets");

    static List<String> targets() {
        String chosen = System.getProperty("stillstream.fuzz.targets", "");
        if (chosen.equals("all")) {
            return FuzzTargets.names();
        }
        return chosen.isBlank() ? IN_A_BUILD : List.of(chosen.split(",", -1));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void read_inputsOfAFuzzer_keepsItsPromise(String name) throws IOException, InterruptedException {
        assumeTrue(
                FuzzRun.isSupported(),
                () -> "Jazzer has no driver for " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch"));
        FuzzRun run = FuzzRun.of(name, SECONDS, DIRECTORY.resolve(name));
        RUNS.add(run);
        assertThat(run.finds())
                .as("inputs that break the promise of %s; see %s", name, run.log())
                .isEmpty();
        assertThat(run.executions())
                .as("inputs that were read; see %s", run.log())
                .isPositive();
    }

    @AfterAll
    static void table() throws IOException {
        StringBuilder table = new StringBuilder();
        String row = "| %-18s | %11s | %7s | %8s | %5s |%n";
        table.append(String.format(row, "target", "executions", "edges", "features", "finds"));
        table.append(String.format(row, "---", "--:", "--:", "--:", "--:"));
        for (FuzzRun run : RUNS) {
            table.append(String.format(
                    row,
                    run.target(),
                    run.executions(),
                    run.edges(),
                    run.features(),
                    run.finds().size()));
        }
        System.out.println(table);
        if (!RUNS.isEmpty()) {
            Files.writeString(DIRECTORY.resolve("table.md"), table);
        }
    }
}
