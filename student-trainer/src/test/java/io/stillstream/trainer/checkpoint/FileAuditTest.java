package io.stillstream.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was changed in a data directory is told, by the name of the file. */
final class FileAuditTest {

    private static final int SAMPLE = 60;

    @TempDir
    private Path root;

    private Snapshot checkpoint;
    private Snapshot snapshot;

    @BeforeEach
    void write() {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            ledger.append(new LedgerEntry.Started(1, 0, Samples.TOPIC, "id", Map.of(0, 0L)));
            LedgerPosition end =
                    ledger.append(new LedgerEntry.Stepped(1, Samples.TOPIC, List.of(DispositionRun.parse("t0:0-7"))));
            Function<String, Permission> noting =
                    kind -> (id, manifest) -> ledger.append(new LedgerEntry.Saved(kind, id, manifest));
            checkpoint = new CheckpointStore(root, Clock.systemUTC())
                    .write(draft(end, "optimizer"), noting.apply(FileAudit.CHECKPOINT));
            snapshot = new SnapshotStore(root, Clock.systemUTC())
                    .publish(draft(end, "held out"), noting.apply(FileAudit.SNAPSHOT));
        }
    }

    @Test
    void check_nothingChanged_findsNothing() {
        assertThat(findings()).isEmpty();
        assertThat(new FileAudit(root, LedgerAudit.of(root)).snapshots())
                .singleElement()
                .satisfies(checked -> assertThat(checked.files()).isEqualTo(4));
    }

    /** Bytes of every file, and a bit of each, that are drawn. */
    @Test
    void check_anyByteChanged_namesTheFile() throws IOException {
        var random = new Random(5);
        for (Path file : files()) {
            byte[] whole = Files.readAllBytes(file);
            int[] places = random.ints(SAMPLE, 0, whole.length).toArray();
            places[0] = 0;
            places[1] = whole.length - 1;
            for (int at : places) {
                byte[] changed = whole.clone();
                changed[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, changed);
                if (file.endsWith("ledger")) {
                    assertThatThrownBy(this::findings)
                            .as("byte %s", at)
                            .isInstanceOf(TrainerException.class)
                            .hasMessageContaining(file.toString());
                } else {
                    assertThat(findings())
                            .as("byte %s of %s", at, file)
                            .extracting(FileAudit.Finding::file)
                            .contains(file);
                }
            }
            Files.write(file, whole);
        }
    }

    @Test
    void check_filesRemovedEmptiedOrAdded_namesThem() throws IOException {
        for (Path file : files()) {
            if (file.endsWith("ledger")) {
                continue;
            }
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, new byte[0]);
            assertThat(findings()).extracting(FileAudit.Finding::file).containsOnly(file);
            Files.delete(file);
            assertThat(findings()).containsExactly(new FileAudit.Finding(file, "it is missing"));
            Files.write(file, whole);
        }
        Path added = Files.writeString(snapshot.directory().resolve("modeling.py"), "import os");
        assertThat(findings()).containsExactly(new FileAudit.Finding(added, "its manifest does not name it"));
        Files.delete(added);
        Files.writeString(
                snapshot.directory().resolve(SnapshotManifest.evaluationFile("0123456789abcdef01")), "written later");
        assertThat(findings()).isEmpty();
    }

    /** All of a snapshot is made anew, so that it agrees with itself. */
    @Test
    void check_manifestRewrittenWithItsChecksum_isNotTheOneThatTheLedgerLists() throws IOException {
        Path weights = snapshot.directory().resolve(WeightFiles.WHOLE);
        Files.writeString(weights, "other weights");
        SnapshotManifest old = snapshot.manifest();
        var files = new TreeMap<>(old.files());
        files.put(WeightFiles.WHOLE, new SnapshotManifest.FileDigest(Digests.sha256(weights), Files.size(weights)));
        byte[] forged = SnapshotManifestCodec.encode(new SnapshotManifest(
                old.id(),
                old.step(),
                files,
                old.offsets(),
                old.teacher(),
                old.tokenizer(),
                old.chatTemplate(),
                old.loss(),
                old.evaluation(),
                old.createdAt(),
                old.newestRecordAt(),
                old.writer()));
        Path manifest = snapshot.directory().resolve(Snapshot.MANIFEST);
        byte[] whole = Files.readAllBytes(manifest);
        Files.write(manifest, forged);
        SnapshotStore.verify(new SnapshotStore(root, Clock.systemUTC()).list().get(0));
        assertThat(findings())
                .containsExactly(new FileAudit.Finding(
                        manifest,
                        "its sha256 is " + Digests.sha256(forged) + "; the ledger has " + Digests.sha256(whole)));
    }

    private List<FileAudit.Finding> findings() {
        var audit = new FileAudit(root, LedgerAudit.of(root));
        List<FileAudit.Finding> findings = new ArrayList<>();
        Stream.concat(audit.checkpoints().stream(), audit.snapshots().stream())
                .forEach(checked -> findings.addAll(checked.findings()));
        return findings;
    }

    private List<Path> files() throws IOException {
        List<Path> all = new ArrayList<>(List.of(root.toAbsolutePath().resolve("ledger")));
        for (Path directory : List.of(checkpoint.directory(), snapshot.directory())) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.filter(Files::isRegularFile).forEach(all::add);
            }
        }
        assertThat(all).hasSize(9);
        return all;
    }

    private static SnapshotDraft draft(LedgerPosition end, String extra) {
        return new SnapshotDraft(
                1,
                Offsets.of(Map.of(new TopicPartition(Samples.TOPIC, 0), 8L)),
                Samples.TEACHER,
                "tokenizer",
                "",
                Map.of(),
                Map.of(),
                Instant.EPOCH,
                new Writer(1, end.bytes(), end.checksum()),
                files -> {
                    file(files, WeightFiles.WHOLE, "weights");
                    file(files, "config.json", "{}");
                    file(files, "trainer/extra", extra);
                });
    }

    private static void file(SnapshotFiles files, String name, String text) {
        try (WritableByteChannel channel = files.create(name)) {
            channel.write(ByteBuffer.wrap(Samples.utf8(text)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
