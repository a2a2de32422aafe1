package io.stillstream.pipeline.production;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.rollout.delivery.DeliveryException;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainerAliasesTest {

    private static final SnapshotReference A = new SnapshotReference("0000000001-a", "a".repeat(64));
    private static final SnapshotReference B = new SnapshotReference("0000000002-b", "b".repeat(64));

    @TempDir
    private Path directory;

    private SnapshotStore store;
    private boolean there = true;
    private TrainerAliases alias;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(DataDirectory.aliases(directory));
        write(A);
        write(B);
        store = new SnapshotStore(directory, Clock.systemUTC());
        alias = new TrainerAliases(store, () -> there);
    }

    @Test
    void deliver_eachChampion_isWhatTheAliasNames() {
        alias.deliver(delivery(null, A));
        assertThat(store.aliases()).containsEntry(Alias.CHAMPION, A.id());
        alias.deliver(delivery(A, B));
        assertThat(store.aliases()).containsEntry(Alias.CHAMPION, B.id());
        alias.deliver(delivery(B, null));
        assertThat(store.aliases()).isEmpty();
    }

    @Test
    void concerns_beforeTheTrainersFirstStart_isFalse() {
        there = false;
        assertThat(alias.concerns(delivery(null, A))).isFalse();
        there = true;
        assertThat(alias.concerns(delivery(null, A))).isTrue();
        assertThat(alias.concerns(rejecting(A, A, B))).isTrue();
    }

    @Test
    void deliver_snapshotThatIsGone_leavesTheAlias() {
        alias.deliver(delivery(null, A));
        var gone = new SnapshotReference("0000000003-c", "c".repeat(64));
        assertThatThrownBy(() -> alias.deliver(delivery(A, gone)))
                .isInstanceOf(DeliveryException.class)
                .hasMessageContaining("no snapshot 0000000003-c");
        assertThat(store.aliases()).containsEntry(Alias.CHAMPION, A.id());
    }

    @Test
    void deliver_whatIsRejected_isNoCandidateAnyMore() {
        name(Alias.CANDIDATE, B);
        alias.deliver(delivery(null, A));
        assertThat(store.aliases()).as("nothing was rejected").containsEntry(Alias.CANDIDATE, B.id());
        alias.deliver(rejecting(A, A, B));
        assertThat(store.aliases()).containsEntry(Alias.CANDIDATE, A.id()).containsEntry(Alias.CHAMPION, A.id());

        name(Alias.CANDIDATE, B);
        alias.deliver(rejecting(A, null, A));
        assertThat(store.aliases()).as("a newer one stays").containsEntry(Alias.CANDIDATE, B.id());
        alias.deliver(rejecting(null, null, new SnapshotReference("0000000009-b", B.contentHash())));
        assertThat(store.aliases()).as("the same weights under another id").isEmpty();
    }

    /** The trainer removes all but the newest and what an alias names. */
    @Test
    void deliver_whatIsOnItsWayAndWhatComesBack_areKept() {
        alias.deliver(delivery(null, A));
        RolloutDelivery start = starting(A, B);
        assertThat(alias.concerns(start)).isTrue();
        alias.deliver(start);
        assertThat(store.aliases()).containsEntry(Alias.CANARY, B.id()).doesNotContainKey(Alias.PREVIOUS);

        alias.deliver(delivery(A, B));
        assertThat(store.aliases())
                .containsEntry(Alias.CHAMPION, B.id())
                .containsEntry(Alias.PREVIOUS, A.id())
                .doesNotContainKey(Alias.CANARY);

        alias.deliver(rejecting(B, A, B));
        assertThat(store.aliases())
                .containsEntry(Alias.CHAMPION, A.id())
                .doesNotContainKeys(Alias.CANARY, Alias.PREVIOUS);
    }

    private static RolloutDelivery starting(SnapshotReference champion, SnapshotReference candidate) {
        var point = new RolloutPoint(
                RolloutPhase.PROGRESSING, champion.id(), candidate.id(), 0, 100, RolloutStep.Kind.SHARE);
        return new RolloutDelivery(
                3, "alias", RolloutVerb.START, point, champion, champion, candidate, null, Instant.EPOCH);
    }

    private void name(Alias name, SnapshotReference snapshot) {
        store.list().stream()
                .filter(found -> found.manifest().id().equals(snapshot.id()))
                .forEach(found -> store.alias(name, found));
    }

    private static RolloutDelivery rejecting(
            @Nullable SnapshotReference from, @Nullable SnapshotReference to, SnapshotReference rejected) {
        RolloutDelivery moved = delivery(from, to);
        return new RolloutDelivery(
                2, "alias", RolloutVerb.ROLLBACK, moved.point(), from, to, null, rejected, Instant.EPOCH);
    }

    private static RolloutDelivery delivery(@Nullable SnapshotReference from, @Nullable SnapshotReference to) {
        var point = new RolloutPoint(RolloutPhase.HEALTHY, to == null ? "" : to.id(), "", 0, 0, RolloutStep.Kind.SHARE);
        return new RolloutDelivery(1, "alias", RolloutVerb.PROMOTE, point, from, to, null, null, Instant.EPOCH);
    }

    private void write(SnapshotReference reference) throws IOException {
        Path snapshot =
                Files.createDirectories(DataDirectory.snapshots(directory).resolve(reference.id()));
        var manifest = new SnapshotManifest(
                reference.id(),
                1,
                Map.of("model.safetensors", new FileDigest(reference.contentHash(), 1)),
                Map.of(),
                new TeacherIdentity("tiny", "", "", ""),
                "",
                "",
                Map.of(),
                Map.of(),
                Instant.EPOCH,
                Instant.EPOCH,
                new Writer(1, 0, ""));
        Files.write(snapshot.resolve("manifest.json"), SnapshotManifestCodec.encode(manifest));
    }
}
