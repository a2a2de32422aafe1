package io.stillstream.bench.fault.hostile;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Kinds of hostile records on {@code teacher-targets}. */
final class HostileTargets {

    private static final int LARGE = 900_000;

    private HostileTargets() {}

    /**
     * @param good a record that is right
     * @param seed of the bytes that are changed
     */
    static List<HostileRecord> all(byte[] good, long seed) {
        var random = new Random(seed);
        byte[] noise = new byte[LARGE];
        random.nextBytes(noise);
        byte[] changed = good.clone();
        changed[random.nextInt(changed.length / 2)] ^= (byte) (1 + random.nextInt(255));
        byte[] longer = Arrays.copyOf(good, good.length + 100);
        Arrays.fill(longer, good.length, longer.length, (byte) 0xff);
        return List.of(
                HostileRecord.of("targets: no value", (byte[]) null),
                HostileRecord.of("targets: an empty value", new byte[0]),
                HostileRecord.of("targets: JSON", "{\"version\":4}"),
                HostileRecord.of("targets: the largest noise", noise),
                HostileRecord.of("targets: half a record", Arrays.copyOf(good, good.length / 2)),
                HostileRecord.of("targets: a byte changed", changed),
                HostileRecord.of("targets: something after it", longer));
    }
}
