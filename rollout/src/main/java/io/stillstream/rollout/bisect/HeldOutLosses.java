package io.stillstream.rollout.bisect;

import io.stillstream.statistics.PairedRatio;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a student makes of each held-out record. Of two students it is the same records in the same order. */
public final class HeldOutLosses {

    private static final double NATS_PER_BIT = Math.log(2);

    private final List<String> conversations;
    private final double[] bits;
    private final double[] bytes;

    private HeldOutLosses(List<String> conversations, double[] bits, double[] bytes) {
        this.conversations = conversations;
        this.bits = bits;
        this.bytes = bytes;
    }

    /**
     * One record.
     *
     * @param bytes of the response
     * @param nats its loss
     */
    public record Loss(String conversation, long bytes, double nats) {}

    public static HeldOutLosses of(List<Loss> records) {
        List<String> conversations = new ArrayList<>();
        records.forEach(record -> conversations.add(record.conversation()));
        return new HeldOutLosses(
                conversations,
                records.stream()
                        .mapToDouble(record -> record.nats() / NATS_PER_BIT)
                        .toArray(),
                records.stream().mapToDouble(Loss::bytes).toArray());
    }

    public int records() {
        return bits.length;
    }

    public double bitsPerByte() {
        return above(new HeldOutLosses(conversations, new double[bits.length], bytes))
                .value();
    }

    /** By how much the bits per byte of these are higher than those of another student, and how sure that is. */
    PairedRatio above(HeldOutLosses other) {
        int[] clusters = new int[bits.length];
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < clusters.length; i++) {
            clusters[i] = numbers.computeIfAbsent(conversations.get(i), unseen -> numbers.size());
        }
        return PairedRatio.of(clusters, numbers.size(), bits, bytes, other.bits, other.bytes);
    }
}
