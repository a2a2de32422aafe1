package io.stillstream.pipeline.command.model;

import io.stillstream.evaluation.comparison.Evaluation;
import io.stillstream.evaluation.comparison.EvaluationInput;
import io.stillstream.evaluation.comparison.EvaluationJson;
import io.stillstream.evaluation.comparison.EvaluationResult;
import io.stillstream.evaluation.comparison.EvaluationTable;
import io.stillstream.evaluation.comparison.Predictions;
import io.stillstream.evaluation.comparison.StudentSource;
import io.stillstream.evaluation.comparison.TextChoice;
import io.stillstream.evaluation.measure.Metric;
import io.stillstream.evaluation.score.Task;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.Interval;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Evaluates students, and says whether one is better than another. */
@Command(
        name = "evaluate",
        description = {
            "Evaluate students on held-out records or a file of prompts, and compare each with the first; or score a file of"
                    + " predictions.",
            "Without --data and --held-out, students are evaluated on the held-out records of the first snapshot among"
                    + " them."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {"0:done", "1:an error, or figures that are NaN or infinite", "2:wrong usage"})
public final class EvaluateCommand implements Callable<Integer> {

    @Option(
            names = "--student",
            paramLabel = "DIR|SNAPSHOT",
            description =
                    "A Hugging Face directory, or a snapshot's id or alias. Repeatable; the first is the baseline.")
    private List<String> students = new ArrayList<>();

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The data directory of snapshots that are named by id or alias (default: ${DEFAULT-VALUE}).")
    private Path dataDirectory = StillstreamConfig.defaults().dataDirectory();

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The model that students which are adapters were trained on (default: the one that each's"
                    + " adapter_config.json names).")
    private @Nullable Path base;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "JSON lines of the same form as traffic, with a reference or a response.")
    private @Nullable Path data;

    @Option(
            names = "--chat-template",
            paramLabel = "FILE|DIR|none",
            description = "The chat template that every student reads chats in, or its directory (default: each"
                    + " student's own; plain lines for one without).")
    private @Nullable Path chatTemplate;

    @Option(
            names = "--held-out",
            paramLabel = "FILE",
            description = "The held-out records of a snapshot, its file trainer/held-out.bin.")
    private @Nullable Path heldOut;

    @Option(
            names = "--predictions",
            paramLabel = "FILE",
            description = "JSON lines with a prediction and its reference or references, scored without a student.")
    private @Nullable Path predictions;

    @Option(
            names = "--text",
            paramLabel = "reference|response",
            description = "The text that is evaluated (default: the reference of --data, the response of held-out"
                    + " records).")
    private @Nullable TextChoice text;

    @Option(
            names = "--limit",
            paramLabel = "RECORDS",
            defaultValue = "0",
            description = "Use only the first records; 0 for all (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(
            names = "--task",
            paramLabel = "TASK",
            converter = TaskName.class,
            description = "Let students answer greedily and score the answers against references: squad or rouge-lsum."
                    + " Repeatable (default: none for students, all for predictions).")
    private List<Task> tasks = new ArrayList<>();

    @Option(
            names = "--max-new-tokens",
            paramLabel = "TOKENS",
            defaultValue = "64",
            description = "The most tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--answers",
            paramLabel = "FILE",
            description = "Write the students' answers to this file, as JSON lines that --predictions reads.")
    private @Nullable Path answers;

    @Option(
            names = "--micro-batch-tokens",
            paramLabel = "TOKENS",
            defaultValue = "2048",
            description = "The most tokens in memory at once, padding included (default: ${DEFAULT-VALUE}).")
    private int microBatchTokens;

    @Option(
            names = "--bootstrap",
            paramLabel = "COUNT",
            defaultValue = "" + Bootstrap.USUAL_RESAMPLES,
            description = "Bootstrap resamples for an interval (default: ${DEFAULT-VALUE}).")
    private int resamples;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "Seed of the resamples (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all results to this file as JSON.")
    private @Nullable Path json;

    private static final class TaskName implements ITypeConverter<Task> {

        @Override
        public Task convert(String name) {
            return Arrays.stream(Task.values())
                    .filter(task -> task.toString().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "there is no task '" + name + "'; expected one of " + Arrays.toString(Task.values())));
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        requireUsable();
        PrintWriter err = EscapedWriter.errors(spec.commandLine().getErr());
        Bootstrap bootstrap = new Bootstrap(resamples, Bootstrap.USUAL_CONFIDENCE, seed);
        List<Task> wanted = predictions != null && tasks.isEmpty() ? List.of(Task.values()) : tasks;
        TemplateChoice template = TemplateChoice.ofStudent(chatTemplate);
        Evaluation evaluation = new Evaluation(bootstrap, wanted, maxNewTokens, microBatchTokens, template, line -> {
            err.println("stillstream: " + line);
            err.flush();
        });
        EvaluationResult result =
                predictions == null ? ofStudents(evaluation) : evaluation.of(Predictions.read(predictions, limit));
        new EvaluationTable(EscapedWriter.output(spec.commandLine().getOut()), Bootstrap.USUAL_CONFIDENCE)
                .print(result);
        if (answers != null) {
            EvaluationJson.writeAnswers(result, answers);
        }
        if (json != null) {
            EvaluationJson.write(result, settings(wanted), json);
        }
        return isUsable(result) ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** Says which students gave NaN or infinity: a table without their figures would pass for a result. */
    private boolean isUsable(EvaluationResult result) {
        List<String> broken = result.rows().stream()
                .filter(row -> row.student() != null && !isFinite(row))
                .map(EvaluationResult.Row::name)
                .toList();
        for (String name : broken) {
            EscapedWriter.errors(spec.commandLine().getErr())
                    .println("stillstream: " + name + " gives figures that are NaN or infinite: its weights hold such"
                            + " numbers, or its activations overflow; nothing can be said of it");
        }
        EscapedWriter.errors(spec.commandLine().getErr()).flush();
        return broken.isEmpty();
    }

    /** A figure that is NaN is left out of a comparison. */
    private static boolean isFinite(EvaluationResult.Row row) {
        Interval bitsPerByte = row.comparison().figures().get(Metric.BITS_PER_BYTE);
        return bitsPerByte != null && Double.isFinite(bitsPerByte.value());
    }

    private EvaluationResult ofStudents(Evaluation evaluation) {
        Path snapshots =
                dataDirectory.resolve(StillstreamConfig.defaults().trainer().dataDirectory());
        SnapshotStore store = new SnapshotStore(snapshots, Clock.systemUTC());
        List<StudentSource> found = students.stream()
                .map(student -> StudentSource.find(student, store, base))
                .toList();
        if (base != null && found.stream().noneMatch(StudentSource::isAdapter)) {
            throw wrongUsage("--base is " + base + ", and no student is an adapter; expected it beside one");
        }
        return evaluation.of(found, input(found));
    }

    private EvaluationInput input(List<StudentSource> found) {
        if (data != null) {
            return EvaluationInput.ofPrompts(data, text == null ? TextChoice.REFERENCE : text, limit);
        }
        Path file = heldOut != null
                ? heldOut
                : found.stream()
                        .map(student -> Snapshot.heldOutFile(student.directory()))
                        .filter(Files::isRegularFile)
                        .findFirst()
                        .orElseThrow(() -> wrongUsage("no student is a snapshot with held-out records;"
                                + " name what to evaluate on with --data FILE or --held-out FILE"));
        return EvaluationInput.ofHeldOut(file, text == null ? TextChoice.RESPONSE : text, limit);
    }

    private void requireUsable() {
        if (students.isEmpty() == (predictions == null)) {
            throw wrongUsage("expected either --student, once or more often, or --predictions");
        }
        if (data != null && heldOut != null) {
            throw wrongUsage("--data and --held-out are both given; expected one of them");
        }
        if (predictions != null && (data != null || heldOut != null || answers != null)) {
            throw wrongUsage("--predictions brings its own references; expected no --data, --held-out or --answers");
        }
        if (base != null && predictions != null) {
            throw wrongUsage("--base is an adapter's, and --predictions are there already");
        }
        if (chatTemplate != null && predictions != null) {
            throw wrongUsage("--chat-template words what a student reads, and --predictions are there already");
        }
        if (answers != null && tasks.isEmpty()) {
            throw wrongUsage("--answers has nothing to write without a --task");
        }
        requireWritable("--json", json);
        requireWritable("--answers", answers);
        requireAtLeast("--limit", limit, 0);
        requireAtLeast("--max-new-tokens", maxNewTokens, 1);
        requireAtLeast("--micro-batch-tokens", microBatchTokens, 1);
        requireAtLeast("--bootstrap", resamples, 1);
    }

    private void requireAtLeast(String option, int value, int least) {
        if (value < least) {
            throw wrongUsage(option + " is " + value + "; expected at least " + least);
        }
    }

    /** What takes minutes should not end without a place for its result. */
    private void requireWritable(String option, @Nullable Path file) {
        Path parent = file == null ? null : file.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw wrongUsage(option + " is " + file + ", in a directory that does not exist");
        }
    }

    private ParameterException wrongUsage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Map<String, Object> settings(List<Task> wanted) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("tasks", wanted.stream().map(Task::toString).toList());
        settings.put("max_new_tokens", maxNewTokens);
        settings.put("bootstrap_resamples", resamples);
        settings.put("confidence", Bootstrap.USUAL_CONFIDENCE);
        settings.put("seed", seed);
        return settings;
    }
}
