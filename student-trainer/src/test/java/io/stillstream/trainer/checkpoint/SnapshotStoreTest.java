package io.stillstream.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.file.Digests;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SnapshotStoreTest {

    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    @TempDir
    private Path root;

    private DataDirectory data;
    private SnapshotStore store;

    @BeforeEach
    void open() {
        data = DataDirectory.open(root);
        store = new SnapshotStore(root, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterEach
    void close() {
        data.close();
    }

    @Test
    void publish_draft_isWholeUnderItsContentsName() throws IOException {
        Snapshot snapshot = publish(draft(12, "weights"));
        assertThat(snapshot.manifest().id())
                .isEqualTo("0000000012-" + Digests.sha256("weights").substring(0, 12));
        assertThat(snapshot.directory())
                .isEqualTo(root.resolve("snapshots").resolve(snapshot.manifest().id()));
        assertThat(snapshot.manifest().files())
                .containsOnlyKeys("config.json", "model.safetensors", "trainer/state.json");
        assertThat(snapshot.manifest().offsets()).isEqualTo(Map.of("teacher-targets-0", 41L));
        assertThat(snapshot.manifest().createdAt()).isEqualTo(NOW);
        assertThat(store.newestValid()).contains(snapshot);
        assertThat(names(root.resolve("snapshots")))
                .containsExactly(snapshot.manifest().id());
    }

    /** Whatever digits the user's language has: an id is a name for machines. */
    @Test
    void publish_localeWithOtherDigits_givesTheSameId() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa"));
        try {
            assertThat(publish(draft(12, "weights")).manifest().id()).startsWith("0000000012-");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void publish_failingContents_leavesNothingUnderAName() {
        SnapshotDraft failing = draft(1, files -> {
            write(files, "model.safetensors", "half");
            throw new TrainerException("disk full");
        });
        assertThatThrownBy(() -> publish(failing)).hasMessage("disk full");
        assertThat(store.newestValid()).isEmpty();
        assertThat(store.list()).isEmpty();
        store.sweep();
        assertThat(names(root.resolve("snapshots"))).isEmpty();
    }

    @Test
    void publish_sameStepAndWeightsAgain_isTheSameSnapshot() {
        Snapshot first = publish(draft(3, "weights"));
        assertThat(publish(draft(3, "weights"))).isEqualTo(first);
    }

    @Test
    void publish_overADamagedOne_replacesIt() throws IOException {
        Snapshot first = publish(draft(3, "weights"));
        Files.writeString(first.directory().resolve("config.json"), "damaged");
        assertThat(store.newestValid()).isEmpty();
        publish(draft(3, "weights"));
        assertThat(store.newestValid()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "model.safetensors", "trainer/state.json"})
    void newestValid_oneBitFlipped_passesOverIt(String name) throws IOException {
        Snapshot older = publish(draft(1, "one"));
        Snapshot newer = publish(draft(2, "two"));
        Path file = newer.directory().resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> SnapshotStore.verify(newer))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("sha256");
        assertThat(store.newestValid()).contains(older);
    }

    @Test
    void newestValid_fileMissingOrManifestTorn_passesOverThem() throws IOException {
        Snapshot oldest = publish(draft(1, "one"));
        Snapshot incomplete = publish(draft(2, "two"));
        Snapshot torn = publish(draft(3, "three"));
        Files.delete(incomplete.directory().resolve("config.json"));
        Files.writeString(torn.directory().resolve("manifest.json"), "{\"version\": 1,");
        assertThat(store.newestValid()).contains(oldest);
    }

    @Test
    void newestValid_halfWrittenDirectory_isNotSeen() throws IOException {
        Snapshot snapshot = publish(draft(1, "one"));
        Path halfWritten = Files.createDirectories(root.resolve("snapshots/.writing-2"));
        Files.writeString(halfWritten.resolve("model.safetensors"), "two");
        assertThat(store.list()).containsExactly(snapshot);
        store.sweep();
        assertThat(halfWritten).doesNotExist();
        assertThat(snapshot.directory()).exists();
    }

    @Test
    void retain_manySnapshots_keepsTheNewestAndTheAliased() {
        Snapshot champion = publish(draft(1, "one"));
        store.alias(Alias.CHAMPION, champion);
        for (int step = 2; step <= 6; step++) {
            store.alias(Alias.CANDIDATE, publish(draft(step, "weights " + step)));
        }
        store.retain(2, Duration.ZERO);
        assertThat(store.list())
                .extracting(snapshot -> snapshot.manifest().step())
                .containsExactly(6L, 5L, 1L);
        assertThat(store.aliases())
                .containsEntry(Alias.CHAMPION, champion.manifest().id())
                .containsEntry(Alias.CANDIDATE, store.list().get(0).manifest().id());
    }

    @Test
    void retain_tooOld_goButNotTheNewest() {
        publish(draft(1, "one"));
        publish(draft(2, "two"));
        var later = new SnapshotStore(root, Clock.fixed(NOW.plusSeconds(3600), ZoneOffset.UTC));
        later.publish(draft(3, "three"), (id, manifest) -> data.requireCurrent());
        later.retain(9, Duration.ofMinutes(30));
        assertThat(steps()).containsExactly(3L);
        new SnapshotStore(root, Clock.fixed(NOW.plusSeconds(99_999), ZoneOffset.UTC)).retain(9, Duration.ofMinutes(30));
        assertThat(steps()).containsExactly(3L);
    }

    @Test
    void retain_newerOnesDamaged_keepsTheLastGoodOne() throws IOException {
        publish(draft(1, "one"));
        publish(draft(2, "two"));
        Snapshot damaged = publish(draft(3, "three"));
        Files.writeString(damaged.directory().resolve("config.json"), "damaged");
        store.retain(1, Duration.ZERO);
        assertThat(steps()).containsExactly(3L, 2L);
        assertThat(store.newestValid())
                .get()
                .extracting(found -> found.manifest().step())
                .isEqualTo(2L);
    }

    @Test
    void publish_sameContentsOnAnotherBranch_takesTheNewPlaceInTheLedger() {
        publish(draft(3, "weights"));
        var later = new Writer(7, 900, "checksum");
        Snapshot again = publish(draft(3, "weights", later));
        assertThat(again.manifest().writer()).isEqualTo(later);
        assertThat(store.list()).containsExactly(again);
        assertThat(store.newestValid()).contains(again);
    }

    @Test
    void publish_anotherTrainerTookOver_isRefusedAndLeavesNothing() throws IOException {
        Files.writeString(root.resolve("epoch"), "5\n");
        assertThatThrownBy(() -> publish(draft(3, "weights")))
                .isInstanceOf(FencedException.class)
                .hasMessageContaining("its writer epoch is 5, this trainer's is 1");
        assertThat(names(root.resolve("snapshots"))).isEmpty();
    }

    @Test
    void retainCheckpoints_manyOfThem_keepsTheNewestAndThoseOfSnapshots() {
        var checkpoints = new CheckpointStore(root, Clock.fixed(NOW, ZoneOffset.UTC));
        for (int step = 1; step <= 6; step++) {
            checkpoints.write(draft(step, "weights " + step), (id, manifest) -> data.requireCurrent());
        }
        Snapshot snapshot = store.publish(bare(2, "weights 2"), (id, manifest) -> data.requireCurrent());
        checkpoints.retain(2, List.of(snapshot));
        assertThat(checkpoints.list())
                .extracting(checkpoint -> checkpoint.manifest().step())
                .containsExactly(6L, 5L, 2L);
    }

    @Test
    void open_again_hasAHigherEpochAndTheSameId() {
        assertThat(data.epoch()).isOne();
        String id = data.id();
        data.close();
        data = DataDirectory.open(root);
        assertThat(data.epoch()).isEqualTo(2);
        assertThat(data.id()).isEqualTo(id);
    }

    @Test
    void open_whileAnotherTrainerRuns_isRefused() {
        assertThatThrownBy(() -> DataDirectory.open(root))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("another trainer is running");
    }

    @Test
    void open_fileInTheWay_saysWhatToDo() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        assertThatThrownBy(() -> DataDirectory.open(file))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("cannot be written to");
    }

    private Snapshot publish(SnapshotDraft draft) {
        return store.publish(draft, (id, manifest) -> data.requireCurrent());
    }

    private List<Long> steps() {
        return store.list().stream().map(snapshot -> snapshot.manifest().step()).toList();
    }

    private static SnapshotDraft draft(long step, String weights) {
        return draft(step, weights, new Writer(0, 0, ""));
    }

    private static SnapshotDraft draft(long step, String weights, Writer writer) {
        return draft(step, writer, files -> {
            write(files, "model.safetensors", weights);
            write(files, "config.json", "{}");
            write(files, "trainer/state.json", "{\"step\": " + step + "}");
        });
    }

    /** Without the trainer's part. */
    private static SnapshotDraft bare(long step, String weights) {
        return draft(step, files -> write(files, "model.safetensors", weights));
    }

    private static SnapshotDraft draft(long step, Consumer<SnapshotFiles> contents) {
        return draft(step, new Writer(0, 0, ""), contents);
    }

    private static SnapshotDraft draft(long step, Writer writer, Consumer<SnapshotFiles> contents) {
        return new SnapshotDraft(
                step,
                Offsets.of(Map.of(new TopicPartition("teacher-targets", 0), 41L)),
                Samples.TEACHER,
                "tokenizer",
                "",
                Map.of("name", "cross-entropy"),
                Map.of("held_out_loss", 1.5),
                Instant.EPOCH,
                writer,
                contents);
    }

    private static void write(SnapshotFiles files, String name, String text) {
        try {
            files.write(name, Samples.utf8(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
