package io.stillstream.bench.fault.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Something that happens to the cluster.
 *
 * @param choice which partition's leader it happens to
 * @param pause after the cluster was whole
 * @param lasts until the node is started again or reconnected
 */
public record Trouble(Kind kind, int choice, Duration pause, Duration lasts) {

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(12);

    /** What happens. */
    public enum Kind {
        /** The leader of a partition is killed. */
        LEADER_KILLED,
        /** The leader of a partition is cut off from the other nodes and from everybody else, and goes on running. */
        LEADER_CUT_OFF,
        /** Another is killed beside the leader: the one that is left takes no write, and there is no quorum of controllers. */
        TWO_KILLED
    }

    /** Of the kills, one in ten is of two nodes. */
    static List<Trouble> plan(int kills, int cuts, long seed) {
        var random = new Random(seed);
        List<Kind> kinds = new ArrayList<>(Collections.nCopies(cuts, Kind.LEADER_CUT_OFF));
        for (int kill = 0; kill < kills; kill++) {
            kinds.add(kill % 10 == 9 ? Kind.TWO_KILLED : Kind.LEADER_KILLED);
        }
        Collections.shuffle(kinds, random);
        return kinds.stream()
                .map(kind -> new Trouble(
                        kind,
                        random.nextInt(1 << 16),
                        upTo(LONGEST_PAUSE, random),
                        SHORTEST.plus(upTo(LONGEST, random))))
                .toList();
    }

    private static Duration upTo(Duration longest, Random random) {
        return Duration.ofMillis(random.nextInt(Math.toIntExact(longest.toMillis())));
    }
}
