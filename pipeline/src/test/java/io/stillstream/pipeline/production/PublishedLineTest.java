package io.stillstream.pipeline.production;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.rollout.control.AutomaticStart;
import io.stillstream.rollout.control.RewindReader.Rewinding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PublishedLineTest {

    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");

    @Test
    void of_neverTakenBack_isAll() {
        assertLine(PublishedLine.of(steps(10, 20, 20, 30), List.of()), List.of(10L, 20L, 30L), List.of());
    }

    @Test
    void of_publishedAgain_isWithoutThoseBetween() {
        assertLine(PublishedLine.of(steps(10, 20, 30, 10), List.of()), List.of(10L), List.of(20L, 30L));
        assertLine(PublishedLine.of(steps(10, 20, 30, 10, 20), List.of()), List.of(10L, 20L), List.of(30L));
    }

    @Test
    void of_orderThatIsNotAnswered_hasNothingToStart() {
        AutomaticStart.Published published = PublishedLine.of(steps(10, 20), List.of(rewinding()));
        assertLine(published, List.of(), List.of());
    }

    @Test
    void of_answered_isWithoutWhatWasMadeAfterTheChampionAndBeforeTheAnswer() {
        var answer = answer("", 10, 25);
        assertLine(PublishedLine.of(steps(10, 20), List.of(rewinding(answer))), List.of(10L), List.of(20L));
        assertLine(
                PublishedLine.of(steps(10, 20, 10, 30), List.of(rewinding(answer))), List.of(10L, 30L), List.of(20L));
        assertLine(
                PublishedLine.of(steps(10, 20), List.of(rewinding(answer("no", 0, 25)))), List.of(10L, 20L), List.of());
    }

    @Test
    void get_whereNothingIsNew_isNotMadeAgain() {
        List<List<SnapshotManifest>> published = new ArrayList<>(List.of(steps(10, 20)));
        List<Rewinding> rewindings = new ArrayList<>();
        try (var line = new PublishedLine(() -> published.get(0), () -> List.copyOf(rewindings), published::clear)) {
            AutomaticStart.Published first = line.get();
            assertLine(first, List.of(10L, 20L), List.of());
            assertThat(line.get()).isSameAs(first);

            published.set(0, steps(10, 20, 30));
            AutomaticStart.Published more = line.get();
            assertLine(more, List.of(10L, 20L, 30L), List.of());
            assertThat(line.get()).isSameAs(more);

            rewindings.add(rewinding(answer("", 10, 35)));
            assertLine(line.get(), List.of(10L), List.of(20L, 30L));
            assertThat(line.get()).isSameAs(line.get());
        }
        assertThat(published).isEmpty();
    }

    private static void assertLine(AutomaticStart.Published published, List<Long> startable, List<Long> abandoned) {
        assertThat(published.startable())
                .extracting(SnapshotReference::id)
                .isEqualTo(startable.stream().map(PublishedLineTest::id).toList());
        assertThat(published.abandoned())
                .containsExactlyInAnyOrderElementsOf(
                        abandoned.stream().map(PublishedLineTest::id).toList());
    }

    private static List<SnapshotManifest> steps(long... steps) {
        return Arrays.stream(steps).mapToObj(PublishedLineTest::manifest).toList();
    }

    private static String id(long step) {
        return "snapshot-" + step;
    }

    /** Made as many seconds after the start as it has steps. */
    private static SnapshotManifest manifest(long step) {
        return new SnapshotManifest(
                id(step),
                step,
                Map.of("model.safetensors", new SnapshotManifest.FileDigest("a".repeat(64), 1)),
                Map.of(),
                new TeacherIdentity("teacher", "aa", "bb", ""),
                "cc",
                "",
                Map.of(),
                Map.of(),
                START.plusSeconds(step),
                START,
                new SnapshotManifest.Writer(1, step, "dd"));
    }

    private static Rewinding rewinding(RewindAnswer... answers) {
        var order = new RewindOrder(
                "d".repeat(64),
                1,
                new RewindRequest("", new Quarantine.SinceChampion()),
                id(10),
                "a".repeat(64),
                Map.of(),
                START);
        return new Rewinding(order, List.of(answers));
    }

    private static RewindAnswer answer(String refusal, long step, long seconds) {
        return new RewindAnswer("d".repeat(64), "trainer", refusal, id(10), step, 0, "", 0, START.plusSeconds(seconds));
    }
}
