package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.statistics.Bootstrap;
import io.stillstream.evaluation.statistics.Interval;
import java.util.List;

/** An arm's losses beside the baseline's. Both were trained with the same seeds and measured on the same records. */
final class PairedLosses {

    /** The arm's less the baseline's, by seed, then record. */
    private final double[][] nats;

    private final int[] bytes;

    private PairedLosses(double[][] nats, int[] bytes) {
        this.nats = nats;
        this.bytes = bytes;
    }

    /**
     * @param arm by seed, then record
     * @param baseline likewise, in the same order
     * @throws EvaluationException when the two do not pair
     */
    static PairedLosses of(List<List<RecordLoss>> arm, List<List<RecordLoss>> baseline) {
        requirePairs(arm, baseline);
        int[] bytes = arm.get(0).stream().mapToInt(RecordLoss::bytes).toArray();
        double[][] nats = new double[arm.size()][bytes.length];
        for (int s = 0; s < nats.length; s++) {
            for (int r = 0; r < bytes.length; r++) {
                nats[s][r] = arm.get(s).get(r).nats() - baseline.get(s).get(r).nats();
            }
        }
        return new PairedLosses(nats, bytes);
    }

    /** The arm's bits per byte less the baseline's; below 0 the arm is better. */
    Interval difference(Bootstrap bootstrap) {
        return bootstrap.of(nats.length, bytes.length, this::bitsPerByte);
    }

    /** Σ_s Σ_r nats / (S · log 2 · Σ_r bytes), of the seeds and records drawn. */
    private double bitsPerByte(int[] seedCounts, int[] recordCounts) {
        double sum = 0;
        long seeds = 0;
        for (int s = 0; s < nats.length; s++) {
            seeds += seedCounts[s];
            for (int r = 0; r < bytes.length; r++) {
                sum += (double) seedCounts[s] * recordCounts[r] * nats[s][r];
            }
        }
        long drawnBytes = 0;
        for (int r = 0; r < bytes.length; r++) {
            drawnBytes += (long) recordCounts[r] * bytes[r];
        }
        return sum / (seeds * RecordLoss.NATS_PER_BIT * drawnBytes);
    }

    private static void requirePairs(List<List<RecordLoss>> arm, List<List<RecordLoss>> baseline) {
        if (arm.isEmpty() || arm.size() != baseline.size()) {
            throw new EvaluationException("an arm of " + arm.size() + " seeds cannot be paired with a baseline of "
                    + baseline.size() + "; expected as many, and at least one");
        }
        List<Integer> bytes = bytes(arm.get(0));
        for (int s = 0; s < arm.size(); s++) {
            if (bytes.isEmpty()
                    || !bytes(arm.get(s)).equals(bytes)
                    || !bytes(baseline.get(s)).equals(bytes)) {
                throw new EvaluationException("the losses of seed " + s + " are not of the same records: "
                        + arm.get(s).size() + " of the arm and "
                        + baseline.get(s).size() + " of the baseline; expected " + bytes.size());
            }
        }
    }

    private static List<Integer> bytes(List<RecordLoss> losses) {
        return losses.stream().map(RecordLoss::bytes).toList();
    }
}
