package io.stillstream.contract.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RouteTest {

    private static final int CONVERSATIONS = 100_000;
    private static final List<Integer> SHARES = List.of(0, 1, 100, 500, 2_500, 5_000, 9_999, 10_000);
    private static final SnapshotReference CHAMPION = new SnapshotReference("a", "a".repeat(64));
    private static final SnapshotReference CANDIDATE = new SnapshotReference("b", "b".repeat(64));

    @Test
    void of_someConversations_areTheBucketsThatTheyAlwaysWere() {
        assertThat(List.of("", "c-1", "c-2", "Grüße").stream().map(Bucket::of)).containsExactly(4564, 6665, 3600, 9452);
    }

    @Test
    void choose_everyStep_keepsAllConversationsOfTheStepsBefore() {
        BitSet before = new BitSet();
        for (int share : SHARES) {
            BitSet canary = canaries(state(CHAMPION, share));
            assertThat(before.stream().allMatch(canary::get))
                    .as("all of those before, at %s", share)
                    .isTrue();
            double expected = (double) CONVERSATIONS * share / RolloutStep.ALL;
            // Five standard deviations of a binomial count.
            assertThat((double) canary.cardinality())
                    .isBetween(expected - 5 * Math.sqrt(expected), expected + 5 * Math.sqrt(expected));
            before = canary;
        }
        assertThat(before.cardinality()).isEqualTo(CONVERSATIONS);
    }

    @Test
    void choose_againAndByAnotherRevision_isTheSame() {
        for (int share : SHARES) {
            assertThat(canaries(state(CHAMPION, share))).isEqualTo(canaries(state(null, share)));
        }
    }

    @Test
    void choose_withoutChampion_isProductionOrCanary() {
        assertThat(Route.choose(RolloutState.initial(), "c")).isEqualTo(Arm.PRODUCTION);
        assertThat(Route.choose(state(null, 0), "c")).isEqualTo(Arm.PRODUCTION);
        assertThat(Route.choose(state(CHAMPION, 0), "c")).isEqualTo(Arm.CHAMPION);
        assertThat(Route.choose(state(null, 10_000), "c")).isEqualTo(Arm.CANARY);
    }

    private static BitSet canaries(RolloutState state) {
        BitSet canaries = new BitSet(CONVERSATIONS);
        for (int i = 0; i < CONVERSATIONS; i++) {
            canaries.set(i, Route.choose(state, "conversation-" + i) == Arm.CANARY);
        }
        return canaries;
    }

    private static RolloutState state(@Nullable SnapshotReference champion, int buckets) {
        return new RolloutState(
                1,
                RolloutPhase.PROGRESSING,
                champion,
                null,
                CANDIDATE,
                List.of(RolloutStep.share(buckets, Duration.ZERO)),
                0,
                true,
                0,
                0,
                Instant.EPOCH,
                Set.of(),
                0,
                1,
                RolloutState.NO_DECISION);
    }
}
