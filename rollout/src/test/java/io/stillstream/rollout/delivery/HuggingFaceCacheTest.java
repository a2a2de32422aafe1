package io.stillstream.rollout.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.rollout.SnapshotReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HuggingFaceCacheTest {

    @TempDir
    private Path directory;

    private Path model;
    private HuggingFaceCache cache;

    @BeforeEach
    void open() {
        model = directory.resolve("hub/models--acme--student");
        cache = cache(Duration.ZERO, Duration.ZERO);
    }

    @Test
    void deliver_champion_isWhatMainNames() throws IOException {
        SnapshotReference a = snapshot("a");
        cache.deliver(TestingSnapshot.delivery(1, "cache", null, a));
        assertThat(TestingSnapshot.text(model.resolve("refs/main"))).isEqualTo("a");
        assertThat(TestingSnapshot.text(model.resolve("snapshots/a/model.safetensors")))
                .isEqualTo("weights of a");
        assertThat(model.resolve("snapshots/a/manifest.json")).exists();
    }

    @Test
    void deliver_champion_leavesOutWhatPeopleWrote() throws IOException {
        cache.deliver(TestingSnapshot.delivery(1, "cache", null, snapshot("a")));
        assertThat(model.resolve("snapshots/a/trainer")).doesNotExist();
    }

    @Test
    void deliver_twice_isTheSame() throws IOException {
        SnapshotReference a = snapshot("a");
        cache.deliver(TestingSnapshot.delivery(1, "cache", null, a));
        cache.deliver(TestingSnapshot.delivery(1, "cache", null, a));
        assertThat(held()).containsExactly("a");
    }

    @Test
    void deliver_more_keepsTheNewestAndThatOfMain() throws IOException {
        SnapshotReference before = null;
        for (String id : List.of("a", "b", "c", "a")) {
            SnapshotReference next = snapshot(id);
            cache.deliver(TestingSnapshot.delivery(1, "cache", before, next));
            before = next;
            assertThat(model.resolve("snapshots").resolve(id)).exists();
        }
        assertThat(held()).hasSize(2).contains("a");
    }

    @Test
    void deliver_more_keepsWhatMayStillBeRead() throws IOException {
        SnapshotReference before = null;
        for (String id : List.of("a", "b", "c", "d")) {
            SnapshotReference next = snapshot(id);
            cache(Duration.ZERO, Duration.ofHours(1)).deliver(TestingSnapshot.delivery(1, "cache", before, next));
            before = next;
        }
        assertThat(held()).containsExactly("a", "b", "c", "d");

        cache(Duration.ofMinutes(61), Duration.ofHours(1))
                .deliver(TestingSnapshot.delivery(1, "cache", before, snapshot("e")));
        assertThat(held()).as("d was named until now").containsExactly("d", "e");
    }

    @Test
    void deliver_afterAKill_removesWhatWasUnfinished() throws IOException {
        Files.createDirectories(model.resolve("snapshots/.unfinished-b-1/x"));
        cache.deliver(TestingSnapshot.delivery(1, "cache", null, snapshot("a")));
        assertThat(held()).containsExactly("a");
    }

    @Test
    void deliver_noChampion_removesTheName() throws IOException {
        SnapshotReference a = snapshot("a");
        cache.deliver(TestingSnapshot.delivery(1, "cache", null, a));
        cache.deliver(TestingSnapshot.delivery(2, "cache", a, null));
        assertThat(model.resolve("refs/main")).doesNotExist();
    }

    @Test
    void deliver_damagedSnapshot_keepsTheOneBefore() throws IOException {
        SnapshotReference a = snapshot("a");
        SnapshotReference b = snapshot("b");
        cache.deliver(TestingSnapshot.delivery(1, "cache", null, a));
        Files.writeString(directory.resolve("snapshots/b/model.safetensors"), "weights of c");
        assertThatThrownBy(() -> cache.deliver(TestingSnapshot.delivery(2, "cache", a, b)))
                .isInstanceOf(DeliveryException.class)
                .hasMessageContaining("has the sha256");
        assertThat(TestingSnapshot.text(model.resolve("refs/main"))).isEqualTo("a");
        assertThat(model.resolve("snapshots/b")).doesNotExist();
    }

    @Test
    void concerns_onlyWhatMovesTheChampion() throws IOException {
        SnapshotReference a = snapshot("a");
        assertThat(cache.concerns(TestingSnapshot.delivery(1, "cache", a, a))).isFalse();
        assertThat(cache.concerns(TestingSnapshot.delivery(1, "cache", null, a)))
                .isTrue();
        assertThat(cache.concerns(TestingSnapshot.delivery(1, "cache", a, null)))
                .isTrue();
    }

    private HuggingFaceCache cache(Duration later, Duration keepFor) {
        return new HuggingFaceCache(
                directory.resolve("snapshots"),
                directory.resolve("hub"),
                "acme/student",
                2,
                keepFor,
                Clock.offset(Clock.systemUTC(), later));
    }

    private SnapshotReference snapshot(String id) throws IOException {
        return TestingSnapshot.write(directory.resolve("snapshots"), id, "weights of " + id);
    }

    private List<String> held() throws IOException {
        try (Stream<Path> all = Files.list(model.resolve("snapshots"))) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
