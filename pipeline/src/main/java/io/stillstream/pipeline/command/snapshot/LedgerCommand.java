package io.stillstream.pipeline.command.snapshot;

import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.trainer.checkpoint.FileAudit;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.Offsets;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Shows when each record was trained on. */
@Command(
        name = "ledger",
        description =
                "Show when each record was trained on. Every line of the ledger is checked, and a changed line is an error.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:with --verify, all is as it was written; with --record, it was trained on",
            "1:not so, or an error",
            "2:wrong usage"
        })
public final class LedgerCommand implements Callable<Integer> {

    private static final Pattern RECORD = Pattern.compile("\\d{1,9}@(\\d{1,18})");

    private static final int FEW = 10;

    @Option(
            names = "--verify",
            description =
                    "Compare all files of checkpoints and snapshots with the ledger too. Exit with 1 when an offset is missing"
                            + " in between, or appears twice, or a file is not as it was written.")
    private boolean verify;

    @Option(
            names = "--head",
            paramLabel = "SHA256",
            converter = Sha256.class,
            description =
                    "With --verify, exit with 1 also when no line has this checksum, which 'ledger' showed as its head"
                            + " before, or a manifest holds as ledger_checksum: a ledger that was rewritten as a whole has none."
                            + " Repeatable.")
    private List<String> heads = new ArrayList<>();

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description =
                    "With --verify, compare with the snapshots that the trainer published on this Kafka cluster too.")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--record",
            paramLabel = "PARTITION@OFFSET",
            description = "Show the step in which one record was trained on, and the first snapshot that includes it.")
    private @Nullable String record;

    @Option(names = "--all", description = "Show every line, abandoned branches included, not only the last steps.")
    private boolean all;

    @Option(names = "--json", description = "Print one JSON object instead of tables.")
    private boolean json;

    @Mixin
    private DataOptions data = new DataOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private static final class Sha256 implements ITypeConverter<String> {

        @Override
        public String convert(String text) {
            if (!text.matches("[0-9a-fA-F]{64}")) {
                throw new TypeConversionException("'" + text + "' is no sha256; expected 64 hexadecimal digits");
            }
            return text;
        }
    }

    @Override
    public Integer call() {
        if (!verify && !(heads.isEmpty() && bootstrapServers == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--head and --bootstrap-servers say what --verify compares, which is not given");
        }
        if (record != null && (verify || json || all)) {
            throw new ParameterException(
                    spec.commandLine(), "--record shows one record, and none of --verify, --json and --all beside it");
        }
        Path directory = data.trainerDirectory();
        if (!Files.isRegularFile(directory.resolve("ledger"))) {
            throw new PipelineException(
                    "there is no ledger in " + directory + "; name the directory that 'train' was given with --data");
        }
        LedgerAudit audit = LedgerAudit.of(directory);
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        if (record != null) {
            return record(out, audit, directory, record);
        }
        LedgerView view = new LedgerView(audit, directory, out);
        int lines = all ? Integer.MAX_VALUE : FEW;
        FileAuditView files = verify ? files(audit, directory) : null;
        LedgerAnchors anchors = anchors(audit);
        if (json) {
            view.printJson(lines, files, anchors);
        } else {
            view.print(lines);
            if (files != null) {
                out.println();
                files.print(out);
                view.print(anchors);
            }
        }
        out.flush();
        boolean accounted = audit.summary().findings().isEmpty()
                && anchors.findings().isEmpty()
                && (files == null || files.isIntact());
        return verify && !accounted ? 1 : 0;
    }

    private LedgerAnchors anchors(LedgerAudit audit) {
        var anchors = new LedgerAnchors(audit);
        heads.forEach(anchors::compareHead);
        if (bootstrapServers != null) {
            Map<String, @Nullable String> flags = new HashMap<>();
            flags.put("kafka.bootstrap-servers", bootstrapServers);
            StillstreamConfig config = data.load(StillstreamConfig.defaults(), flags);
            Map<String, Object> kafka =
                    config.kafka().clientProperties(config.kafka().bootstrapServers());
            new TopicCreator(kafka, config.kafka().connectTimeout()).requireReachable();
            anchors.compareTopic(kafka, config.topics().studentSnapshots());
        }
        return anchors;
    }

    private static FileAuditView files(LedgerAudit audit, Path directory) {
        var files = new FileAudit(directory, audit);
        return new FileAuditView(
                directory,
                Stream.concat(files.checkpoints().stream(), files.snapshots().stream())
                        .toList());
    }

    private static int record(PrintWriter out, LedgerAudit audit, Path directory, String record) {
        Matcher form = RECORD.matcher(record);
        if (!form.matches()) {
            throw new PipelineException("--record is '" + record + "'; expected PARTITION@OFFSET, as in 0@1234");
        }
        OffsetRange one = OffsetRange.parse(record + ".." + form.group(1));
        List<LedgerAudit.Line> lines = audit.stepsOf(one.partition(), one.first());
        for (LedgerAudit.Line line : lines) {
            LedgerEntry.Stepped step = (LedgerEntry.Stepped) line.entry();
            String fate = step.runs().stream()
                    .filter(run -> run.holds(one.partition(), one.first()))
                    .findFirst()
                    .map(run -> LedgerView.words(run.disposition()))
                    .orElseThrow();
            String snapshot = audit.isLive(line)
                    ? firstSnapshot(audit, directory, new TopicPartition(step.topic(), one.partition()), one.first())
                            .map(found ->
                                    "first in snapshot " + found.manifest().id())
                            .orElse("in no snapshot that is kept")
                    : "on an abandoned branch";
            out.printf(Locale.ROOT, "%s of %s: %s, step %,d, %s%n", record, step.topic(), fate, step.step(), snapshot);
        }
        audit.quarantineOf(one.partition(), one.first())
                .ifPresent(rewind -> out.printf(
                        Locale.ROOT,
                        "%s is passed over since training went back to %s, step %,d: %s%n",
                        record,
                        rewind.to(),
                        rewind.step(),
                        rewind.reason()));
        if (lines.stream().noneMatch(audit::isLive)) {
            out.println(record + ": not read yet" + (lines.isEmpty() ? "" : " on the branch that goes on"));
            return 1;
        }
        return 0;
    }

    private static Optional<Snapshot> firstSnapshot(
            LedgerAudit audit, Path directory, TopicPartition partition, long offset) {
        return new SnapshotStore(directory, Clock.systemUTC())
                .list().stream()
                        .filter(snapshot -> audit.lineage()
                                .holds(snapshot.manifest().writer().ledgerBytes()))
                        .filter(snapshot -> Offsets.parse(snapshot.manifest().offsets())
                                        .offsets()
                                        .getOrDefault(partition, 0L)
                                > offset)
                        .min(Comparator.comparingLong(
                                snapshot -> snapshot.manifest().step()));
    }
}
