package io.stillstream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.pipeline.demo.BundledModels;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command with the bundled teacher and student. */
final class BakeoffCommandIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> OUTPUTS = List.of("bakeoff.md", "bakeoff.json", "bakeoff.svg");
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000);

    private static final String TWO_ARMS = """
            trainer: {optimizer: {learning-rate: 3e-3, warmup-steps: 1}}
            teacher: {threads: 1, generation: {max-tokens: 24}}
            arms:
              SFT: {}
              OT & <co>:
                loss.multilevelot: {variant: paper, alpha: 0.002}
                teacher.top-k: 20
            """;
    private static final String THIRD_ARM =
            "  OT with 50 columns: {loss.multilevelot: {variant: paper, alpha: 0.002}}\n";

    @TempDir
    private Path directory;

    private BundledModels models;
    private Path arms;

    @BeforeEach
    void prepare() throws IOException {
        models = BundledModels.unpack(directory.resolve("models"));
        List<String> prompts = Files.readAllLines(models.prompts());
        Files.write(directory.resolve("train.jsonl"), prompts.subList(0, 10));
        Files.write(directory.resolve("own.jsonl"), prompts.subList(9, 14));
        Files.writeString(directory.resolve("shifted.jsonl"), """
                {"prompt":"What is rain? ","response":"Rain is water that falls from clouds."}
                {"prompt":"What do bees do? ","response":"Bees make honey in their hive."}
                """);
        arms = directory.resolve("arms.yaml");
        Files.writeString(arms, TWO_ARMS);
    }

    @Test
    void call_twice_writesTheSameBytesAndRunsNothingAgain() throws Exception {
        assertThat(bakeoff("first")).isZero();
        Map<String, FileTime> runs = touched("first/runs");
        Map<String, FileTime> cached = touched("first/cache");
        Map<String, String> before = outputs("first");

        assertThat(bakeoff("first")).isZero();

        assertThat(runs).hasSize(4);
        assertThat(times("first/runs")).isEqualTo(runs);
        assertThat(times("first/cache")).isEqualTo(cached);
        assertThat(outputs("first")).isEqualTo(before);
        assertThat(bakeoff("afresh")).isZero();
        assertThat(outputs("afresh")).isEqualTo(before);
    }

    @Test
    void call_interruptedThenWithOneMoreArm_runsWhatIsMissing() throws Exception {
        assertThat(bakeoff("out")).isZero();
        Map<String, String> before = outputs("out");
        String lost = times("out/runs").keySet().iterator().next();
        Files.delete(directory.resolve("out/runs").resolve(lost));
        Map<String, FileTime> kept = touched("out/runs");

        assertThat(bakeoff("out")).isZero();

        assertThat(outputs("out")).isEqualTo(before);
        assertThat(times("out/runs")).hasSize(4).containsAllEntriesOf(kept);

        Map<String, FileTime> complete = touched("out/runs");
        Files.writeString(arms, TWO_ARMS + THIRD_ARM);
        assertThat(bakeoff("out")).isZero();

        assertThat(times("out/runs")).hasSize(6).containsAllEntriesOf(complete);
        assertThat(report("out").path("arms")).hasSize(3);
    }

    @Test
    void call_report_holdsEveryArmsNumbers() throws Exception {
        assertThat(bakeoff("out")).isZero();

        JsonNode report = report("out");
        assertThat(report.path("baseline").textValue()).isEqualTo("SFT");
        assertThat(report.path("texts").intValue()).isEqualTo(10);
        // One of the five is trained on, and so held out from nothing.
        assertThat(report.at("/held_out/0/records").intValue()).isEqualTo(4);
        assertThat(report.at("/held_out/1/records").intValue()).isEqualTo(2);
        assertThat(report.at("/held_out/1/bytes").intValue()).isEqualTo(67);
        for (JsonNode arm : report.path("arms")) {
            assertThat(arm.path("tokens").doubleValue()).isPositive();
            assertThat(arm.path("curve"))
                    .extracting(point -> point.path("step").intValue())
                    .containsExactly(0, 2, 3);
            double start = arm.at("/curve/0/bits_per_byte/own/mean").doubleValue();
            double end = arm.at("/results/own/bits_per_byte/mean").doubleValue();
            assertThat(end).isFinite().isPositive().isNotEqualTo(start);
            assertThat(arm.at("/runs/0/losses/own")).hasSize(4);
        }
        assertThat(report.at("/arms/0/tokens")).isEqualTo(report.at("/arms/1/tokens"));
        assertThat(report.at("/arms/0/results/own/difference").isNull()).isTrue();
        JsonNode difference = report.at("/arms/1/results/own/difference");
        assertThat(difference.path("mean").doubleValue())
                .isBetween(
                        difference.path("low").doubleValue(),
                        difference.path("high").doubleValue());
        assertThat(Files.readString(directory.resolve("out/bakeoff.md"))).contains("| OT & <co> |");
        assertThat(Files.readString(directory.resolve("out/bakeoff.svg"))).contains("OT &amp; &lt;co&gt;");
    }

    @Test
    void call_baselineThatIsNoArm_isSaidBeforeAnythingRuns() {
        StringWriter errors = new StringWriter();
        CommandLine command = new CommandLine(new BakeoffCommand())
                .setExecutionExceptionHandler(new ErrorMessages(() -> false))
                .setErr(new PrintWriter(errors, true));

        assertThat(command.execute(arguments("out", "--baseline", "OT"))).isEqualTo(1);

        assertThat(errors.toString()).contains("--baseline is 'OT'; expected one of the arms SFT, OT & <co>");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    private int bakeoff(String out) {
        return new CommandLine(new BakeoffCommand()).execute(arguments(out));
    }

    private String[] arguments(String out, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--arms",
                arms.toString(),
                "--teacher",
                models.teacher().toString(),
                "--student",
                models.student().toString(),
                "--data",
                directory.resolve("train.jsonl").toString(),
                "--held-out",
                "own=" + directory.resolve("own.jsonl"),
                "--held-out",
                "shifted=" + directory.resolve("shifted.jsonl"),
                "--seeds",
                "2",
                "--steps",
                "3",
                "--texts-per-step",
                "4",
                "--evaluate-every",
                "2",
                "--out",
                directory.resolve(out).toString()));
        arguments.addAll(Arrays.asList(more));
        return arguments.toArray(String[]::new);
    }

    private JsonNode report(String out) throws IOException {
        return JSON.readTree(directory.resolve(out).resolve("bakeoff.json").toFile());
    }

    private Map<String, String> outputs(String out) throws IOException {
        Map<String, String> outputs = new TreeMap<>();
        for (String name : OUTPUTS) {
            outputs.put(name, Files.readString(directory.resolve(out).resolve(name)));
        }
        return outputs;
    }

    /** Makes every file old, so that one that is written again shows. */
    private Map<String, FileTime> touched(String name) throws IOException {
        for (String file : times(name).keySet()) {
            Files.setLastModifiedTime(directory.resolve(name).resolve(file), LONG_AGO);
        }
        return times(name);
    }

    private Map<String, FileTime> times(String name) throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            for (Path file : files.toList()) {
                times.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
            }
        }
        return times;
    }
}
