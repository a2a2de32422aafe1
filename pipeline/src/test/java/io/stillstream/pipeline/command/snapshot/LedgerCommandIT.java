package io.stillstream.pipeline.command.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.command.ErrorMessages;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoConfig;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code ledger} and {@code rewind} say of a trainer that ran. */
final class LedgerCommandIT {

    private static final int SNAPSHOT_STEPS = 4;

    @TempDir
    private Path directory;

    private Path data;
    private Path trainer;
    private List<Snapshot> snapshots;
    private String out = "";
    private String err = "";

    @BeforeEach
    void train() {
        data = directory.resolve("data");
        BundledModels models = BundledModels.unpack(directory.resolve("models"));
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
                Interruption interruption = new Interruption()) {
            StillstreamConfig config = new ConfigLoader(Map.of())
                    .load(
                            DemoConfig.of(data, models),
                            null,
                            Map.of(
                                    "kafka.bootstrap-servers", broker.bootstrapServers(),
                                    "monitoring.port", "0",
                                    "traffic.source", models.prompts().toString(),
                                    "traffic.limit", "100",
                                    "traffic.max-in-flight", "0",
                                    "teacher.generation.max-tokens", "24",
                                    "trainer.batches.max-batch-tokens", "512",
                                    "trainer.snapshots.every-steps", Integer.toString(SNAPSHOT_STEPS),
                                    "trainer.checkpoints.every-steps", Integer.toString(SNAPSHOT_STEPS),
                                    "trainer.checkpoints.keep", "10"));
            new Pipeline(config, interruption, progress -> () -> {}, false).run(null);
            trainer = config.dataDirectory().resolve(config.trainer().dataDirectory());
        }
        snapshots = new SnapshotStore(trainer, Clock.systemUTC()).list();
    }

    @Test
    void ledgerAndRewind_ofATrainerThatRan_tellWhenEachRecordWasTrainedOn() throws IOException {
        assertThat(run(new LedgerCommand(), "--verify")).isZero();
        assertThat(out).contains("0 abandoned branches", "0 gaps, 0 overlaps", "trained on");

        Snapshot target = snapshots.stream()
                .filter(snapshot -> snapshot.manifest().step() == SNAPSHOT_STEPS)
                .findFirst()
                .orElseThrow();
        Snapshot newest = snapshots.get(0);
        DispositionRun later = firstRunAfter(SNAPSHOT_STEPS);
        String record = later.partition() + "@" + later.first();
        assertThat(run(new LedgerCommand(), "--record", record)).isZero();
        assertThat(out).contains("step " + (SNAPSHOT_STEPS + 1)).contains("first in snapshot");

        assertThat(run(new LedgerCommand(), "--record", record, "--verify")).isEqualTo(2);
        assertThat(err).contains("--record shows one record");

        assertThat(run(new LedgerCommand(), "--record", "0@4000000")).isEqualTo(1);
        assertThat(out).contains("0@4000000: not read yet");

        assertThat(run(new RewindCommand(), "--to", "nowhere")).isEqualTo(1);
        assertThat(err)
                .contains("'nowhere' is no snapshot", target.manifest().id())
                .doesNotContain("\tat ");
        assertThat(run(new RewindCommand(), "--to", target.manifest().id(), "--skip", "0@5"))
                .isEqualTo(1);
        assertThat(err).contains("'0@5' is no offset range; expected PARTITION@FROM..TO");
        DispositionRun early = firstRunAfter(0);
        String trainedOn = early.partition() + "@" + early.first() + ".." + early.first();
        assertThat(run(new RewindCommand(), "--to", target.manifest().id(), "--skip", trainedOn))
                .isEqualTo(1);
        assertThat(err).contains("the range " + trainedOn + " begins before offset");
        assertThat(run(new LedgerCommand())).isZero();
        assertThat(out).as("a refused rewind changes nothing").contains("0 abandoned branches");

        String poisoned = later.partition() + "@" + later.first() + ".." + later.last();
        assertThat(run(new RewindCommand(), "--to", target.manifest().id(), "--skip", poisoned))
                .isZero();
        assertThat(out)
                .contains("continues from " + target.manifest().id() + ", step " + SNAPSHOT_STEPS)
                .contains((newest.manifest().step() - SNAPSHOT_STEPS) + " later steps are abandoned")
                .contains("no longer trained on: " + poisoned);
        assertThat(run(new LedgerCommand(), "--verify")).isZero();
        assertThat(out)
                .contains(
                        "1 abandoned branch", "rewound to " + target.manifest().id(), "0 gaps, 0 overlaps");
        assertThat(run(new LedgerCommand(), "--record", record)).isEqualTo(1);
        assertThat(out).contains("on an abandoned branch", "not read yet on the branch that goes on");

        Path changed = newest.directory().resolve("config.json");
        Files.writeString(changed, Files.readString(changed) + " ");
        assertThat(run(new LedgerCommand(), "--verify")).isEqualTo(1);
        assertThat(out.lines().dropWhile(line -> !line.startsWith("CHECKPOINT OR SNAPSHOT")))
                .anyMatch(line -> line.startsWith("  config.json: it has "))
                .allMatch(line -> line.length() <= 80);
        assertThat(run(new LedgerCommand(), "--verify", "--json")).isEqualTo(1);
        assertThat(out).contains("\"damaged\":[{\"file\":\"" + changed);
        assertThat(run(new SnapshotsCommand(), "--verify")).isEqualTo(1);
        assertThat(out).contains("  config.json: it has ", "damaged");
        Path manifest = newest.directory().resolve(Snapshot.MANIFEST);
        Files.writeString(manifest, "no manifest");
        assertThat(run(new SnapshotsCommand(), "--verify")).isEqualTo(1);
        assertThat(out).contains("manifest.json: ");

        Path ledger = trainer.resolve("ledger");
        byte[] bytes = Files.readAllBytes(ledger);
        bytes[bytes.length / 2] ^= 1;
        Files.write(ledger, bytes);
        assertThat(run(new LedgerCommand())).isEqualTo(1);
        assertThat(err).contains(ledger.toString());
    }

    /** Whoever writes the whole chain anew makes one that agrees with itself, and not with what was kept elsewhere. */
    @Test
    void verify_ledgerRewrittenAsAWhole_isFoundOutByItsHeadAndByWhatWasPublished() throws IOException {
        assertThat(run(new LedgerCommand(), "--verify")).isZero();
        String head = out.lines()
                .filter(line -> line.startsWith("head "))
                .map(line -> line.substring("head ".length()))
                .findFirst()
                .orElseThrow();
        String published = snapshots.get(0).manifest().writer().ledgerChecksum();
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"))) {
            String[] all = {
                "--verify", "--head", head, "--head", published, "--bootstrap-servers", broker.bootstrapServers()
            };
            assertThat(run(new LedgerCommand(), all)).isZero();
            assertThat(out).containsPattern("compared with \\d+ heads and published snapshots: all are in the ledger");

            rewriteLedger();
            assertThat(run(new LedgerCommand())).as(err).isZero();
            assertThat(run(new LedgerCommand(), "--verify", "--head", head)).isEqualTo(1);
            assertThat(out).contains("no line of the ledger has the checksum " + head);
            assertThat(run(new LedgerCommand(), "--verify", "--bootstrap-servers", broker.bootstrapServers()))
                    .isEqualTo(1);
            assertThat(out)
                    .contains("snapshot " + snapshots.get(0).manifest().id()
                            + ", published as student-snapshots-0 offset ")
                    .containsPattern("compared with (\\d+) heads and published snapshots: \\1 are not in the ledger");
        }
        assertThat(run(new LedgerCommand(), "--head", head)).isEqualTo(2);
        assertThat(err).contains("--verify");
        assertThat(run(new LedgerCommand(), "--verify", "--head", "x")).isEqualTo(2);
        assertThat(err).contains("'x' is no sha256; expected 64 hexadecimal digits");
    }

    /** The same lines, of which the first step says that its first records were rejected. */
    private void rewriteLedger() throws IOException {
        List<LedgerEntry> entries = new ArrayList<>(LedgerAudit.of(trainer).lines().stream()
                .map(LedgerAudit.Line::entry)
                .toList());
        int first = IntStream.range(0, entries.size())
                .filter(i -> entries.get(i) instanceof LedgerEntry.Stepped)
                .findFirst()
                .orElseThrow();
        LedgerEntry.Stepped step = (LedgerEntry.Stepped) entries.get(first);
        List<DispositionRun> runs = new ArrayList<>(step.runs());
        DispositionRun run = runs.get(0);
        runs.set(0, new DispositionRun(Disposition.REJECTED, run.partition(), run.first(), run.last()));
        entries.set(first, new LedgerEntry.Stepped(step.step(), step.topic(), runs));
        Path forged = directory.resolve("forged");
        try (DataDirectory fresh = DataDirectory.open(forged);
                Ledger ledger = Ledger.open(fresh)) {
            entries.forEach(ledger::append);
        }
        Files.copy(forged.resolve("ledger"), trainer.resolve("ledger"), StandardCopyOption.REPLACE_EXISTING);
    }

    private DispositionRun firstRunAfter(long step) {
        return LedgerAudit.of(trainer).lines().stream()
                .map(LedgerAudit.Line::entry)
                .filter(LedgerEntry.Stepped.class::isInstance)
                .map(LedgerEntry.Stepped.class::cast)
                .filter(stepped -> stepped.step() == step + 1)
                .findFirst()
                .orElseThrow()
                .runs()
                .get(0);
    }

    private int run(Object command, String... arguments) {
        var written = new StringWriter();
        var complaints = new StringWriter();
        int exitCode = new CommandLine(command)
                .setExecutionExceptionHandler(new ErrorMessages(() -> false))
                .setOut(new PrintWriter(written))
                .setErr(new PrintWriter(complaints))
                .execute(Stream.concat(Stream.of("--data=" + data), Arrays.stream(arguments))
                        .toArray(String[]::new));
        out = written.toString();
        err = complaints.toString();
        return exitCode;
    }
}
