package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.PublishedSnapshots;
import io.stillstream.pipeline.terminal.EscapedWriter;
import io.stillstream.pipeline.terminal.Logging;
import io.stillstream.rollout.bisect.HarmSearch;
import io.stillstream.rollout.bisect.HeldOutLosses;
import io.stillstream.rollout.bisect.Stretch;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.loop.PartialReplay;
import io.stillstream.trainer.loop.PartialReplay.TrainedRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code stillstream rollout bisect}. */
@Command(
        name = "bisect",
        description = {
            "Find the records that made a candidate worse than the champion.",
            "Trains from the champion's checkpoint again and again, each time without a part of what the ledger lists up to the"
                    + " candidate, and measures the champion's held-out records. The trainer's directory (--data) is read and"
                    + " not written; its trainer may run."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeList = {
            "0:a range was found",
            "1:an error",
            "2:wrong usage",
            "4:the halves do not differ enough to find one"
        })
public final class BisectCommand implements Callable<Integer> {

    private static final int NOT_FOUND = 4;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "CHAMPION",
            description = "The snapshot that was good; its checkpoint has to be there.")
    private String from = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "CANDIDATE",
            description = "A later snapshot that is not, which may have been removed since.")
    private String to = "";

    @Mixin
    private RolloutOptions options = new RolloutOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Logging.toNowhere();
        PrintWriter out = EscapedWriter.output(spec.commandLine().getOut());
        StillstreamConfig config = options.config();
        if (config.trainer().student() == null) {
            throw new PipelineException(
                    "trainer.student is not set, and bisect trains as the trainer did: give it the trainer's"
                            + " configuration, --config FILE, or --set trainer.student=DIR where that is all there is to it");
        }
        Map<String, Object> kafka = RolloutOptions.reach(config);
        Path directory = config.trainerDirectory();
        // What was rejected may have been removed since; its manifest says what it was trained on.
        SnapshotStore store = new SnapshotStore(directory, Clock.systemUTC());
        SnapshotManifest candidate = PublishedSnapshots.read(
                        kafka, config.topics().studentSnapshots())
                .manifest(store.named(to));
        Snapshot champion = checkpoint(store.named(from), directory);
        LedgerPosition begin = LedgerPosition.of(champion.manifest());
        LedgerPosition end = LedgerPosition.of(candidate);
        if (end.bytes() <= begin.bytes()) {
            throw new PipelineException("--to is " + candidate.id() + ", which is not later than --from, "
                    + champion.manifest().id());
        }
        LedgerAudit audit = LedgerAudit.of(directory);
        try (TemporaryDirectory work = TemporaryDirectory.create("stillstream-bisect-")) {
            var replay = new PartialReplay(
                    config.trainerWithTeacher(),
                    kafka,
                    config.topics().teacherTargets(),
                    new Snapshot(copy(champion.directory(), work.path()), champion.manifest()),
                    audit.stepsBetween(begin, end));
            return search(replay, champion, candidate, out);
        } catch (IOException e) {
            throw new PipelineException("the checkpoint " + champion.directory() + " cannot be copied: " + e, e);
        }
    }

    private static int search(PartialReplay replay, Snapshot champion, SnapshotManifest candidate, PrintWriter out) {
        List<TrainedRecord> records = replay.records();
        out.printf(
                Locale.ROOT,
                "%,d records in %,d steps lie between %s and %s%n",
                records.size(),
                candidate.step() - champion.manifest().step(),
                champion.manifest().id(),
                candidate.id());
        out.flush();
        HarmSearch.Result result = new HarmSearch(left -> losses(replay, left), shown -> {
                    out.println(text(shown, records));
                    out.flush();
                })
                .search(records.size());
        if (!result.isFound()) {
            out.println("no range was found: " + result.ending());
            out.flush();
            return NOT_FOUND;
        }
        String ranges = ranges(result.range(), records).toString();
        out.printf(
                Locale.ROOT,
                "%s: without these %,d records the candidate is %.4f bits per byte better (%s)%n",
                ranges,
                result.range().records(),
                result.gain(),
                result.ending());
        out.println("stillstream rollout rollback --rewind --quarantine " + ranges);
        out.flush();
        return 0;
    }

    private static HeldOutLosses losses(PartialReplay replay, Stretch left) {
        HeldOutLosses losses = HeldOutLosses.of(replay.without(left.from(), left.to()).stream()
                .map(record -> new HeldOutLosses.Loss(record.conversation(), record.bytes(), record.nats()))
                .toList());
        if (losses.records() == 0) {
            throw new PipelineException("the champion's checkpoint has no held-out records to measure a student on");
        }
        return losses;
    }

    private static String text(HarmSearch.Replay replay, List<TrainedRecord> records) {
        return replay.left().records() == 0
                ? String.format(Locale.ROOT, "with all of them: %.4f bits per byte", replay.bitsPerByte())
                : String.format(
                        Locale.ROOT,
                        "without %s (%,d): %.4f bits per byte, %+.4f (standard error %.4f)",
                        ranges(replay.left(), records),
                        replay.left().records(),
                        replay.bitsPerByte(),
                        -replay.gain(),
                        replay.error());
    }

    /** From the first to the last of each partition: what lies between and was not trained on is of the same traffic. */
    private static Quarantine ranges(Stretch stretch, List<TrainedRecord> records) {
        Map<Integer, Quarantine.Range> ranges = new TreeMap<>();
        for (TrainedRecord record : records.subList(stretch.from(), stretch.to())) {
            ranges.merge(
                    record.partition(),
                    new Quarantine.Range(record.partition(), record.offset(), record.offset()),
                    (range, one) -> new Quarantine.Range(
                            one.partition(), Math.min(range.first(), one.first()), Math.max(range.last(), one.last())));
        }
        return new Quarantine.Ranges(new ArrayList<>(ranges.values()));
    }

    /** So that the trainer may remove it meanwhile. */
    private static Path copy(Path checkpoint, Path work) throws IOException {
        Path target = work.resolve(checkpoint.getFileName());
        try (Stream<Path> files = Files.walk(checkpoint)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(checkpoint.relativize(file).toString()));
            }
        }
        return target;
    }

    /** @param id the beginning of one */
    private static Snapshot checkpoint(String id, Path directory) {
        List<Snapshot> all = new CheckpointStore(directory, Clock.systemUTC()).list();
        List<Snapshot> found =
                all.stream().filter(one -> one.manifest().id().startsWith(id)).toList();
        if (found.size() != 1) {
            throw new PipelineException("'" + id + "' is "
                    + (found.isEmpty() ? "no checkpoint" : "the beginning of " + found.size() + " checkpoints") + " in "
                    + directory + "; expected one of "
                    + String.join(
                            ", ", all.stream().map(one -> one.manifest().id()).toList()));
        }
        return found.get(0);
    }
}
