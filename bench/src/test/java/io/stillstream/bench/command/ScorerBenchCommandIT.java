package io.stillstream.bench.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.bench.StillstreamBench;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** That the benchmarks run and count right; how fast anything is, no test says. */
final class ScorerBenchCommandIT {

    @TempDir
    private Path directory;

    @Test
    void scorer_allParts_writesEveryFigure() throws IOException {
        JsonNode figures = run(
                "scorer",
                "--shapes=2x16,1x100000",
                "--threads=1",
                "--rounds=1",
                "--seconds=0",
                "--warm-up=0",
                "--stream-seconds=4",
                "--stream-batches=4",
                "--mixed-prompts=4",
                "--new-tokens=3");
        JsonNode ranking = only(figures.path("ranking"));
        assertThat(ranking.path("shape").asText()).isEqualTo("2x16");
        int responseTokens = 2 * 8;
        assertThat(ranking.path("hiddenBytes").asLong()).isEqualTo(responseTokens * 192L * Float.BYTES);
        assertThat(ranking.path("resultBytes").asLong())
                .isEqualTo(responseTokens * 35L * Float.BYTES + responseTokens * 32L * Long.BYTES);
        assertThat(ranking.path("fullLogitsBytes").asLong()).isEqualTo(2L * 15 * 2048 * Float.BYTES);
        assertThat(only(figures.path("streams")).path("streamsToScorer").asDouble())
                .isPositive();
        assertThat(figures.path("batching").path("questions").path("ratio").asDouble())
                .isPositive();
        assertThat(figures.path("generation").path("ratio").asDouble()).isPositive();
    }

    @Test
    void scorer_withoutParts_leavesThemOut() throws IOException {
        JsonNode figures = run(
                "scorer",
                "--without=ranking,streams,generation",
                "--rounds=1",
                "--seconds=0",
                "--warm-up=0",
                "--mixed-prompts=2");
        assertThat(figures.fieldNames()).toIterable().containsExactly("batching");
    }

    @Test
    void scorerMemory_twoLengths_measuresEachInItsOwnProcess() throws IOException {
        JsonNode figures = run("scorer-memory", "--vocabulary=2000", "--tokens=8,64", "--threads=1", "--heap=64");
        List<JsonNode> rows =
                List.of(figures.path("memory").path(0), figures.path("memory").path(1));
        assertThat(rows).map(row -> row.path("tokens").asInt()).containsExactly(8, 64);
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.path("peakBytes").asLong())
                        .isGreaterThanOrEqualTo(row.path("loadedBytes").asLong())
                        .isGreaterThan(64L << 20));
    }

    private static JsonNode only(JsonNode array) {
        assertThat(array.size()).isEqualTo(1);
        return array.get(0);
    }

    private JsonNode run(String... arguments) throws IOException {
        Path json = directory.resolve("figures.json");
        int exitCode = new CommandLine(new StillstreamBench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, result) -> {
                    throw failure;
                })
                .execute(append(arguments, "--json=" + json));
        assertThat(exitCode).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    private static String[] append(String[] arguments, String last) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = last;
        return all;
    }
}
