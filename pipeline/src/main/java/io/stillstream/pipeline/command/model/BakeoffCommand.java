package io.stillstream.pipeline.command.model;

import io.stillstream.evaluation.bakeoff.Bakeoff;
import io.stillstream.evaluation.bakeoff.plan.BakeoffPlan;
import io.stillstream.evaluation.bakeoff.plan.Budget;
import io.stillstream.evaluation.bakeoff.plan.BudgetUnit;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.plan.StepSize;
import io.stillstream.evaluation.bakeoff.plan.StudentDirectory;
import io.stillstream.evaluation.bakeoff.plot.BakeoffPlot;
import io.stillstream.evaluation.bakeoff.report.BakeoffJson;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffTable;
import io.stillstream.evaluation.bakeoff.run.RunStore;
import io.stillstream.evaluation.bakeoff.texts.ArmSettings;
import io.stillstream.evaluation.bakeoff.texts.BakeoffTexts;
import io.stillstream.evaluation.bakeoff.texts.HeldOutFile;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.bakeoff.ArmConfigs;
import io.stillstream.pipeline.bakeoff.ArmsFile;
import io.stillstream.pipeline.bakeoff.NamedPaths;
import io.stillstream.pipeline.command.ConfigOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares ways to train on one stream, without Kafka: which loss is worth its cost. */
@Command(
        name = "bakeoff",
        description = {
            "Compare losses without Kafka: each arm of a file trains the same students on the same texts with the same"
                    + " seeds. The best arm is chosen on some texts and confirmed on others.",
            "Writes a table, all numbers and a plot. Started again, it continues where it stopped."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BakeoffCommand implements Callable<Integer> {

    private static final int USUAL_TEXTS_PER_STEP = 8;
    private static final int USUAL_STEPS = 150;
    private static final int USUAL_EVALUATE_EVERY = 25;
    private static final int USUAL_EVALUATIONS = 10;

    @Option(
            names = "--arms",
            required = true,
            paramLabel = "FILE",
            description =
                    "A YAML file with a section 'arms': a name for each arm, and under it the settings of 'trainer' that it"
                            + " changes. With 'student-texts: {share: 0.25, every: 10, temperature: 1.0, max-tokens: 48}' the"
                            + " student in training writes a share of the texts itself, anew every so many steps.")
    private Path arms = Path.of("");

    @Option(
            names = "--teacher",
            paramLabel = "DIR",
            description = "The directory of an ONNX model and its tokenizer (teacher.directory).")
    private @Nullable String teacher;

    @Option(
            names = "--student",
            paramLabel = "[NAME=]DIR",
            description = "A Hugging Face directory of a decoder, and a name for it (default: the directory's;"
                    + " trainer.student). Repeatable: each student is trained with every arm.")
    private List<String> students = new ArrayList<>();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines to train on, a prompt in each line; the teacher generates missing responses.")
    private Path data = Path.of("");

    @Option(
            names = "--selection",
            paramLabel = "NAME=FILE",
            description =
                    "JSON lines of the same form, and a name for them: the best arm is chosen by these. Repeatable.")
    private List<String> selection = new ArrayList<>();

    @Option(
            names = "--held-out",
            paramLabel = "NAME=FILE",
            description =
                    "JSON lines of the same form, and a name for them: nothing is chosen by these, they confirm the"
                            + " choice. Repeatable.")
    private List<String> heldOut = new ArrayList<>();

    @Option(
            names = "--baseline",
            paramLabel = "ARM",
            description =
                    "An arm that the others are compared with (default: the first). Repeatable: the first one decides"
                            + " the choice.")
    private List<String> baselines = new ArrayList<>();

    @Option(
            names = "--seeds",
            paramLabel = "COUNT",
            defaultValue = "3",
            description = "Runs of each arm, each with another seed (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--steps",
            paramLabel = "COUNT",
            description = "Optimizer steps of each run (default: " + USUAL_STEPS + ").")
    private @Nullable Long steps;

    @Option(
            names = "--tokens",
            paramLabel = "COUNT",
            description =
                    "Label tokens of each run, instead of a number of steps: tokens of the teacher's responses, the same"
                            + " texts for every arm.")
    private @Nullable Long tokens;

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
            paramLabel = "COUNT",
            description = "Steps between evaluations (default: " + USUAL_EVALUATE_EVERY
                    + "); label tokens where --tokens is given (default: a tenth of them).")
    private @Nullable Long evaluateEvery;

    @Option(
            names = "--exposure",
            paramLabel = "COUNT",
            defaultValue = "0",
            description =
                    "Prompts of each --held-out set (of each --selection set where there is none) that the student"
                            + " answers before training and after it; the report says how far the answers repeat themselves and what"
                            + " the teacher makes of them (default: ${DEFAULT-VALUE}, none).")
    private int exposure;

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
        List<String> comparedWith = baselines(file);
        List<HeldOutFile> sets = sets();
        List<StudentDirectory> initial = students(base);
        Budget budget = budget();
        StepSize stepSize = stepSize();
        if (exposure < 0) {
            throw new PipelineException("--exposure is " + exposure + "; expected 0 or more prompts of a set");
        }
        try (BakeoffTexts texts = BakeoffTexts.of(
                base.teacher(), base.scorer(), configs, data, sets, cache == null ? out.resolve("cache") : cache)) {
            BakeoffPlan plan = new BakeoffPlan(
                    initial,
                    texts.arms(),
                    comparedWith,
                    texts.heldOut(),
                    seeds,
                    budget,
                    stepSize,
                    texts.exposure(exposure, base.teacher().generation().maxTokens()));
            write(new Bakeoff(plan, new RunStore(out.resolve("runs"))).run());
        }
        return 0;
    }

    /**
     * In rising order of precedence: the configuration, what the arms share, {@code --set}, flags, one arm's own. Students
     * that flags name are no part of it: an arm's configuration is the same for all of them.
     */
    private StillstreamConfig load(ArmsFile file, Map<String, String> arm) {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("teacher.directory", teacher);
        flags.putAll(arm);
        return configuration.load(StillstreamConfig.defaults(), file.common(), flags);
    }

    private List<String> baselines(ArmsFile file) {
        Set<String> arms = file.arms().keySet();
        for (String baseline : baselines) {
            if (!arms.contains(baseline)) {
                throw new PipelineException(
                        "--baseline is '" + baseline + "'; expected one of the arms " + String.join(", ", arms));
            }
            if (Collections.frequency(baselines, baseline) > 1) {
                throw new PipelineException("--baseline is '" + baseline + "' more than once; expected each arm once");
            }
        }
        return baselines.isEmpty() ? List.of(arms.iterator().next()) : baselines;
    }

    private List<HeldOutFile> sets() {
        Map<String, Path> chosenBy = NamedPaths.of("--selection", selection);
        Map<String, Path> confirmedBy = NamedPaths.of("--held-out", heldOut);
        for (String name : chosenBy.keySet()) {
            if (confirmedBy.containsKey(name)) {
                throw new PipelineException("'" + name + "' is both a --selection and a --held-out set; expected one of"
                        + " them: an arm that was chosen by a set looks better on it than it is");
            }
        }
        List<HeldOutFile> sets = new ArrayList<>();
        chosenBy.forEach((name, path) -> sets.add(new HeldOutFile(name, SetRole.SELECTION, path)));
        confirmedBy.forEach((name, path) -> sets.add(new HeldOutFile(name, SetRole.CONFIRMATION, path)));
        if (sets.isEmpty()) {
            throw new PipelineException(
                    "nothing to measure on; expected --held-out NAME=FILE or --selection NAME=FILE");
        }
        return sets;
    }

    private List<StudentDirectory> students(StillstreamConfig base) {
        Path configured = base.trainer().student();
        if (students.isEmpty() && configured == null) {
            throw new PipelineException("no student to train; name one with --student DIR");
        }
        Map<String, Path> directories = students.isEmpty() && configured != null
                ? NamedPaths.directories("trainer.student", List.of(configured.toString()))
                : NamedPaths.directories("--student", students);
        List<StudentDirectory> named = new ArrayList<>();
        directories.forEach((name, directory) -> named.add(new StudentDirectory(name, directory)));
        return named;
    }

    private Budget budget() {
        if (tokens == null) {
            return new Budget(
                    BudgetUnit.STEPS,
                    steps == null ? USUAL_STEPS : steps,
                    evaluateEvery == null ? USUAL_EVALUATE_EVERY : evaluateEvery);
        }
        if (steps != null) {
            throw new PipelineException(
                    "both --steps " + steps + " and --tokens " + tokens + "; expected one of them to end a run");
        }
        long tenth = Math.max(1, (tokens + USUAL_EVALUATIONS - 1) / USUAL_EVALUATIONS);
        return new Budget(BudgetUnit.LABEL_TOKENS, tokens, evaluateEvery == null ? tenth : evaluateEvery);
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
