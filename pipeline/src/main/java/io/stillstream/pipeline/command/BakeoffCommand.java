package io.stillstream.pipeline.command;

import io.stillstream.evaluation.bakeoff.Bakeoff;
import io.stillstream.evaluation.bakeoff.BakeoffJson;
import io.stillstream.evaluation.bakeoff.BakeoffPlan;
import io.stillstream.evaluation.bakeoff.BakeoffReport;
import io.stillstream.evaluation.bakeoff.BakeoffTable;
import io.stillstream.evaluation.bakeoff.RunStore;
import io.stillstream.evaluation.bakeoff.StepSize;
import io.stillstream.evaluation.bakeoff.plot.BakeoffPlot;
import io.stillstream.evaluation.bakeoff.texts.ArmSettings;
import io.stillstream.evaluation.bakeoff.texts.BakeoffTexts;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.bakeoff.ArmConfigs;
import io.stillstream.pipeline.bakeoff.ArmsFile;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares ways to train on one stream, without Kafka: which loss is worth its cost. */
@Command(
        name = "bakeoff",
        description = {
            "Compare losses without Kafka: each arm of a file trains the same student on the same texts with the same seeds.",
            "Writes a table, all numbers and a plot. Started again, it continues where it stopped."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BakeoffCommand implements Callable<Integer> {

    private static final int USUAL_TEXTS_PER_STEP = 8;

    @Option(
            names = "--arms",
            required = true,
            paramLabel = "FILE",
            description =
                    "A YAML file with a section 'arms': a name for each arm, and under it the settings of 'trainer' that it"
                            + " changes.")
    private Path arms = Path.of("");

    @Option(
            names = "--teacher",
            paramLabel = "DIR",
            description = "The directory of an ONNX model and its tokenizer (teacher.directory).")
    private @Nullable String teacher;

    @Option(
            names = "--student",
            paramLabel = "DIR",
            description = "A Hugging Face directory of the Llama family (trainer.student).")
    private @Nullable String student;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines to train on, a prompt in each line; the teacher generates missing responses.")
    private Path data = Path.of("");

    @Option(
            names = "--held-out",
            required = true,
            paramLabel = "NAME=FILE",
            description = "JSON lines to evaluate on, of the same form, and a name for them. Repeatable.")
    private Map<String, Path> heldOut = new LinkedHashMap<>();

    @Option(
            names = "--baseline",
            paramLabel = "ARM",
            description = "The arm that the others are compared with (default: the first).")
    private @Nullable String baseline;

    @Option(
            names = "--seeds",
            paramLabel = "COUNT",
            defaultValue = "3",
            description = "Runs of each arm, each with another seed (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--steps",
            paramLabel = "COUNT",
            defaultValue = "150",
            description = "Optimizer steps of each run (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--texts-per-step",
            paramLabel = "COUNT",
            description = "Texts of an optimizer step (default: " + USUAL_TEXTS_PER_STEP + ").")
    private @Nullable Integer textsPerStep;

    @Option(
            names = "--tokens-per-step",
            paramLabel = "COUNT",
            description = "The most tokens of an optimizer step, prompts included, instead of a number of texts.")
    private @Nullable Long tokensPerStep;

    @Option(
            names = "--evaluate-every",
            paramLabel = "STEPS",
            defaultValue = "25",
            description = "Steps between evaluations (default: ${DEFAULT-VALUE}).")
    private int evaluateEvery;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "bakeoff",
            description =
                    "Where bakeoff.md, bakeoff.json, bakeoff.svg and finished runs are written (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("");

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where the teacher's responses and scores are kept (default: cache in --out).")
    private @Nullable Path cache;

    @Mixin
    private ConfigOptions configuration = new ConfigOptions();

    @Override
    public Integer call() throws IOException {
        ArmsFile file = ArmsFile.read(arms);
        StillstreamConfig base = load(file, Map.of());
        Map<String, ArmSettings> configs = ArmConfigs.of(file, settings -> load(file, settings));
        String comparedWith = baseline(file);
        Path initial = student(base);
        StepSize stepSize = stepSize();
        BakeoffTexts texts = BakeoffTexts.of(
                base.teacher(), base.scorer(), configs, data, heldOut, cache == null ? out.resolve("cache") : cache);
        BakeoffPlan plan = new BakeoffPlan(
                initial, texts.arms(), comparedWith, texts.heldOut(), seeds, steps, stepSize, evaluateEvery);
        write(new Bakeoff(plan, new RunStore(out.resolve("runs"))).run());
        return 0;
    }

    /** In rising order of precedence: the configuration, what the arms share, {@code --set}, flags, one arm's own. */
    private StillstreamConfig load(ArmsFile file, Map<String, String> arm) {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("teacher.directory", teacher);
        flags.put("trainer.student", student);
        flags.putAll(arm);
        return configuration.load(StillstreamConfig.defaults(), file.common(), flags);
    }

    private String baseline(ArmsFile file) {
        if (baseline == null) {
            return file.arms().keySet().iterator().next();
        }
        if (!file.arms().containsKey(baseline)) {
            throw new PipelineException("--baseline is '" + baseline + "'; expected one of the arms "
                    + String.join(", ", file.arms().keySet()));
        }
        return baseline;
    }

    private static Path student(StillstreamConfig base) {
        Path student = base.trainer().student();
        if (student == null) {
            throw new PipelineException("no student to train; name one with --student DIR");
        }
        if (!Files.isDirectory(student)) {
            throw new PipelineException("no student in " + student + "; expected a Hugging Face directory");
        }
        return student;
    }

    private StepSize stepSize() {
        if (tokensPerStep == null) {
            return new StepSize.Texts(textsPerStep == null ? USUAL_TEXTS_PER_STEP : textsPerStep);
        }
        if (textsPerStep != null) {
            throw new PipelineException("both --texts-per-step and --tokens-per-step; expected one of them");
        }
        return new StepSize.Tokens(tokensPerStep);
    }

    private void write(BakeoffReport report) throws IOException {
        String table = new BakeoffTable(report).markdown();
        Files.createDirectories(out);
        Files.writeString(out.resolve("bakeoff.md"), table);
        Files.writeString(out.resolve("bakeoff.json"), BakeoffJson.of(report));
        Files.writeString(out.resolve("bakeoff.svg"), new BakeoffPlot(report).svg());
        System.out.print(table);
        System.out.println();
        System.out.println("wrote " + out.resolve("bakeoff.md") + ", bakeoff.json and bakeoff.svg");
    }
}
