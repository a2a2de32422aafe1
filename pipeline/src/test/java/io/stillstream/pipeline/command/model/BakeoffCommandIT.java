package io.stillstream.pipeline.command.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.pipeline.command.ErrorMessages;
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
            teacher: {threads: 1, top-k: 50, selection: sequence, generation: {max-tokens: 24}}
            arms:
              SFT: {loss: {multilevelot.variant: none, aligned-likelihood.weight: 1}}
              OT & <co>:
                loss.multilevelot: {variant: paper, alpha: 0.002}
                teacher.top-k: 20
            """;
    private static final String THIRD_ARM =
            "  OT with 50 columns: {loss.multilevelot: {variant: paper, alpha: 0.002}}\n";

    /** Its examples are two sequences each: a reference to learn, and the teacher's response to compare with. */
    private static final String REFERENCES =
            "  references: {loss: {labels: reference, multilevelot.variant: none, aligned-likelihood.weight: 1}}\n";

    private static final String ON_POLICY = """
            trainer: {optimizer: {learning-rate: 3e-3, warmup-steps: 1}}
            teacher: {threads: 1, generation: {max-tokens: 24}}
            arms:
              spelled: {}
              on-policy: {student-texts: {share: 0.5, every: 2, max-tokens: 12}}
            """;

    @TempDir
    private Path directory;

    private BundledModels models;
    private Path arms;

    @BeforeEach
    void prepare() throws IOException {
        models = BundledModels.unpack(directory.resolve("models"));
        List<String> prompts = Files.readAllLines(models.prompts());
        Files.write(
                directory.resolve("train.jsonl"),
                prompts.subList(0, 10).stream()
                        .map(prompt -> prompt.replaceFirst("\\{", "{\"reference\":\"It was a day like others.\","))
                        .toList());
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
        assertThat(report("out").at("/students/0/arms")).hasSize(3);
    }

    @Test
    void call_report_holdsEveryArmsNumbers() throws Exception {
        assertThat(bakeoff("out")).isZero();

        JsonNode report = report("out");
        assertThat(report.path("version").intValue()).isEqualTo(3);
        assertThat(report.at("/baselines/0").textValue()).isEqualTo("SFT");
        assertThat(report.path("texts").intValue()).isEqualTo(10);
        assertThat(report.at("/family/comparisons").intValue()).isEqualTo(1);
        JsonNode student = report.at("/students/0");
        assertThat(student.path("name").textValue())
                .isEqualTo(models.student().getFileName().toString());
        // One of the five is trained on, and so held out from nothing.
        assertThat(student.at("/sets/0/records").intValue()).isEqualTo(4);
        assertThat(student.at("/sets/0/role").textValue()).isEqualTo("confirmation");
        assertThat(student.at("/sets/1/records").intValue()).isEqualTo(2);
        assertThat(student.at("/sets/1/bytes").intValue()).isEqualTo(67);
        assertThat(student.path("choice").isNull()).isTrue();
        for (JsonNode arm : student.path("arms")) {
            assertThat(arm.path("tokens").doubleValue()).isPositive();
            assertThat(arm.path("curve"))
                    .extracting(point -> point.path("steps").intValue())
                    .containsExactly(0, 2, 3);
            double start = arm.at("/curve/0/bits_per_byte/own/mean").doubleValue();
            double end = arm.at("/results/own/bits_per_byte/mean").doubleValue();
            assertThat(end).isFinite().isPositive().isNotEqualTo(start);
            assertThat(arm.at("/runs/0/losses/own")).hasSize(4);
        }
        assertThat(student.at("/arms/0/tokens")).isEqualTo(student.at("/arms/1/tokens"));
        assertThat(student.at("/arms/0/results/own/differences")).isEmpty();
        JsonNode difference = student.at("/arms/1/results/own/differences/SFT/corrected");
        assertThat(difference.path("value").doubleValue())
                .isNotZero()
                .isBetween(
                        difference.path("low").doubleValue(),
                        difference.path("high").doubleValue());
        assertThat(Files.readString(directory.resolve("out/bakeoff.md"))).contains("| OT & <co> |");
        assertThat(Files.readString(directory.resolve("out/bakeoff.svg"))).contains("OT &amp; &lt;co&gt;");
    }

    @Test
    void call_studentTextsAndExposure_areReportedAndNotRunAgain() throws Exception {
        Files.writeString(arms, ON_POLICY);

        assertThat(execute(List.of(arguments("out", "--exposure", "2")))).isZero();
        Map<String, FileTime> runs = touched("out/runs");
        Map<String, FileTime> cached = touched("out/cache");
        Map<String, String> before = outputs("out");
        assertThat(execute(List.of(arguments("out", "--exposure", "2")))).isZero();

        assertThat(runs).hasSize(4);
        assertThat(times("out/runs")).isEqualTo(runs);
        assertThat(times("out/cache")).isEqualTo(cached);
        assertThat(outputs("out")).isEqualTo(before);
        JsonNode report = report("out");
        assertThat(report.path("exposure_prompts").intValue()).isEqualTo(2);
        JsonNode spelled = report.at("/students/0/arms/0");
        JsonNode onPolicy = report.at("/students/0/arms/1");
        assertThat(onPolicy.at("/settings/student-texts.share").textValue()).isEqualTo("0.5");
        assertThat(onPolicy.at("/settings/student-texts.every").textValue()).isEqualTo("2");
        assertThat(spelled.path("settings").has("student-texts.share")).isFalse();
        assertThat(onPolicy.path("tokens").doubleValue()).isPositive();
        assertThat(onPolicy.at("/results/own/bits_per_byte/mean").doubleValue())
                .isFinite()
                .isNotEqualTo(spelled.at("/results/own/bits_per_byte/mean").doubleValue());
        for (int point = 0; point < 3; point++) {
            String tokens = "/curve/" + point + "/label_tokens";
            assertThat(onPolicy.at(tokens)).isEqualTo(spelled.at(tokens));
        }
        for (String set : List.of("own", "shifted")) {
            JsonNode exposure = onPolicy.path("exposure").path(set);
            assertThat(exposure.path("before"))
                    .isEqualTo(spelled.path("exposure").path(set).path("before"));
            for (String when : List.of("before", "after")) {
                JsonNode answers = exposure.path(when);
                assertThat(answers.path("repetition_rate").doubleValue()).isBetween(0.0, 1.0);
                assertThat(answers.path("scored").doubleValue()).isEqualTo(1);
                assertThat(answers.path("teacher_bits_per_byte").doubleValue())
                        .isFinite()
                        .isPositive();
            }
            assertThat(onPolicy.at("/runs/0/exposure").path(set).path("before")).isEqualTo(exposure.path("before"));
        }
        assertThat(before.get("bakeoff.md"))
                .contains("### Exposure: what the students write themselves", "own: repetition", "shifted: teacher's");

        assertThat(execute(List.of(arguments("afresh", "--exposure", "2")))).isZero();
        assertThat(outputs("afresh")).isEqualTo(before);
        assertThat(bakeoff("out")).isZero();
        assertThat(times("out/runs")).as("runs without exposure are others").hasSize(8);
        assertThat(Files.readString(directory.resolve("out/bakeoff.md"))).doesNotContain("xposure");
    }

    @Test
    void call_studentsSetsBaselinesAndTokens_areAllInTheReport() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        try (Stream<Path> files = Files.list(models.student())) {
            for (Path file : files.toList()) {
                Files.copy(file, other.resolve(file.getFileName()));
            }
        }
        Files.writeString(arms, TWO_ARMS + REFERENCES);
        // The selection set holds one of the confirmation set's two prompts.
        Files.write(
                directory.resolve("selection.jsonl"),
                List.of(
                        Files.readAllLines(directory.resolve("shifted.jsonl")).get(0),
                        "{\"prompt\":\"What is snow? \",\"response\":\"Snow is ice.\",\"conversation_id\":\"water\"}",
                        "{\"prompt\":\"What is hail? \",\"response\":\"Hail is ice too.\",\"conversation_id\":\"water\"}"));

        assertThat(execute(List.of(
                        "--arms",
                        arms.toString(),
                        "--teacher",
                        models.teacher().toString(),
                        "--student",
                        models.student().toString(),
                        "--student",
                        "second=" + other,
                        "--data",
                        directory.resolve("train.jsonl").toString(),
                        "--selection",
                        "chosen by=" + directory.resolve("selection.jsonl"),
                        "--held-out",
                        "shifted=" + directory.resolve("shifted.jsonl"),
                        "--baseline",
                        "OT & <co>",
                        "--baseline",
                        "SFT",
                        "--seeds",
                        "2",
                        "--tokens",
                        "300",
                        "--texts-per-step",
                        "4",
                        "--out",
                        directory.resolve("out").toString())))
                .isZero();

        JsonNode report = report("out");
        assertThat(report.path("students"))
                .extracting(student -> student.path("name").textValue())
                .containsExactly(models.student().getFileName().toString(), "second");
        // The students are the same one: its runs are kept by content and not by name.
        assertThat(report.at("/students/1/arms")).isEqualTo(report.at("/students/0/arms"));
        assertThat(times("out/runs")).hasSize(6);
        JsonNode student = report.at("/students/0");
        assertThat(student.path("sets"))
                .extracting(
                        set -> set.path("name").textValue(),
                        set -> set.path("role").textValue(),
                        set -> set.path("records").intValue(),
                        set -> set.path("conversations").intValue())
                .containsExactly(tuple("chosen by", "selection", 3, 2), tuple("shifted", "confirmation", 1, 1));
        assertThat(report.at("/family/comparisons").intValue()).isEqualTo(3);
        assertThat(student.at("/arms/2/results/shifted/differences").fieldNames())
                .toIterable()
                .containsExactly("OT & <co>", "SFT");
        assertThat(report.path("unit").textValue()).isEqualTo("label_tokens");
        List<JsonNode> curves = new ArrayList<>();
        student.path("arms").forEach(arm -> curves.add(arm.path("curve")));
        for (JsonNode curve : curves) {
            assertThat(curve).hasSize(11).hasSameSizeAs(curves.get(0));
            for (int i = 0; i < curve.size(); i++) {
                assertThat(curve.get(i).path("label_tokens"))
                        .isEqualTo(curves.get(0).get(i).path("label_tokens"));
            }
            assertThat(curve.get(10).path("label_tokens").doubleValue()).isGreaterThanOrEqualTo(300);
        }
        assertThat(student.at("/arms/2/tokens").doubleValue())
                .isGreaterThan(student.at("/arms/0/tokens").doubleValue());
        String chosen = student.at("/choice/arm").textValue();
        assertThat(Files.readString(directory.resolve("out/bakeoff.md")))
                .contains("Best on the selection sets: **" + chosen + "**")
                .contains("| **" + chosen + "** (chosen)");
    }

    @Test
    void call_optionsThatContradictEachOther_areNamedBeforeAnythingRuns() {
        String own = "own=" + directory.resolve("own.jsonl");

        assertThat(errors("--selection", own))
                .contains("'own' is both a --selection and a --held-out set; expected one of them");
        assertThat(errors("--held-out", own)).contains("--held-out gives the name 'own' to");
        assertThat(errors("--held-out", "own.jsonl"))
                .contains("--held-out is 'own.jsonl'; expected a name and a file, as NAME=FILE");
        assertThat(errors("--exposure", "-1")).contains("--exposure is -1; expected 0 or more prompts of a set");
        assertThat(errors("--tokens", "500"))
                .contains("both --steps 3 and --tokens 500; expected one of them to end a run");
        assertThat(errors("--baseline", "SFT", "--baseline", "SFT"))
                .contains("--baseline is 'SFT' more than once; expected each arm once");
        assertThat(errors("--student", models.student().toString())).contains("expected a name for each");
        assertThat(errors("--student", "second=" + directory.resolve("nowhere")))
                .contains("no directory " + directory.resolve("nowhere") + "; expected a Hugging Face directory");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void call_baselineThatIsNoArm_isSaidBeforeAnythingRuns() {
        assertThat(errors("--baseline", "OT")).contains("--baseline is 'OT'; expected one of the arms SFT, OT & <co>");
        assertThat(directory.resolve("out")).doesNotExist();
    }

    /** What the command says where it fails. */
    private String errors(String... more) {
        StringWriter errors = new StringWriter();
        CommandLine command = new CommandLine(new BakeoffCommand())
                .setExecutionExceptionHandler(new ErrorMessages(() -> false))
                .setErr(new PrintWriter(errors, true));

        assertThat(command.execute(arguments("out", more))).isEqualTo(1);
        return errors.toString();
    }

    private int bakeoff(String out) {
        return execute(List.of(arguments(out)));
    }

    private static int execute(List<String> arguments) {
        return new CommandLine(new BakeoffCommand()).execute(arguments.toArray(String[]::new));
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
