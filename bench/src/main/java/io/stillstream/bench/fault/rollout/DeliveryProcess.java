package io.stillstream.bench.fault.rollout;

import io.stillstream.bench.fault.StageProcess;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.delivery.HuggingFaceCache;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Delivers one snapshot after the other to a cache, without an end, in a process of its own. */
public final class DeliveryProcess {

    /** Fewer than are delivered: what was removed from the cache comes back. */
    private static final int SNAPSHOTS = 6;

    private static final int KEEP = 3;

    /** As long as {@link CacheReader} may take. */
    static final Duration KEEP_FOR = Duration.ofSeconds(1);

    private DeliveryProcess() {}

    /** @param arguments a directory, the bytes of a snapshot's weights, and the number of the first snapshot */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        var snapshots = new TestingSnapshots(directory.resolve("snapshots"), Integer.parseInt(arguments[1]));
        var cache = new HuggingFaceCache(
                snapshots.directory(), cache(directory), DeliveryChaos.MODEL, KEEP, KEEP_FOR, Clock.systemUTC());
        for (long decision = Long.parseLong(arguments[2]); ; decision++) {
            SnapshotReference to = snapshots.get((int) (decision % SNAPSHOTS));
            var point = new RolloutPoint(RolloutPhase.HEALTHY, to.id(), "", 0, 0, RolloutStep.Kind.SHARE);
            cache.deliver(new RolloutDelivery(
                    decision + 1,
                    HuggingFaceCache.NAME,
                    RolloutVerb.PROMOTE,
                    point,
                    null,
                    to,
                    null,
                    null,
                    Instant.EPOCH));
        }
    }

    static Path cache(Path directory) {
        return directory.resolve("hub");
    }

    static StageProcess process(Path directory, int weightBytes, long first) {
        return new StageProcess(
                        List.of(
                                DeliveryProcess.class.getName(),
                                directory.toString(),
                                Integer.toString(weightBytes),
                                Long.toString(first)),
                        Map.of(),
                        directory.resolve("delivery.log"))
                .with(List.of("-Xms64m", "-Xmx64m"), Map.of());
    }

    /** Writes the snapshots that will be delivered. */
    static void prepare(Path directory, int weightBytes) throws IOException {
        var snapshots = new TestingSnapshots(directory.resolve("snapshots"), weightBytes);
        for (int number = 0; number < SNAPSHOTS; number++) {
            var unused = snapshots.get(number);
        }
    }
}
