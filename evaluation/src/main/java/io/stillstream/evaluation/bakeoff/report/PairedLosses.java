package io.stillstream.evaluation.bakeoff.report;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.run.RecordLoss;
import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.BootstrapDraws;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An arm's losses beside the baseline's. Both were trained with the same seeds and measured on the same records. Records of
 * one conversation are summed up and drawn together: what continues one text is no new evidence of the same weight.
 */
final class PairedLosses {

    /** The arm's less the baseline's, by seed, then conversation. */
    private final double[][] nats;

    private final int[] bytes;

    private PairedLosses(double[][] nats, int[] bytes) {
        this.nats = nats;
        this.bytes = bytes;
    }

    /**
     * @param arm by seed, then record
     * @param baseline likewise, in the same order
     * @param conversations the conversation of each record, by its id
     * @throws EvaluationException when they do not pair
     */
    static PairedLosses of(List<List<RecordLoss>> arm, List<List<RecordLoss>> baseline, List<String> conversations) {
        requirePairs(arm, baseline, conversations.size());
        Map<String, Integer> numbers = new LinkedHashMap<>();
        conversations.forEach(conversation -> numbers.putIfAbsent(conversation, numbers.size()));
        int[] ofRecord = conversations.stream().mapToInt(numbers::get).toArray();
        int[] bytes = new int[numbers.size()];
        double[][] nats = new double[arm.size()][numbers.size()];
        for (int r = 0; r < ofRecord.length; r++) {
            bytes[ofRecord[r]] += arm.get(0).get(r).bytes();
            for (int s = 0; s < nats.length; s++) {
                nats[s][ofRecord[r]] +=
                        arm.get(s).get(r).nats() - baseline.get(s).get(r).nats();
            }
        }
        return new PairedLosses(nats, bytes);
    }

    /** The arm's bits per byte less the baseline's, drawn; below 0 the arm is better. */
    BootstrapDraws difference(Bootstrap bootstrap) {
        return bootstrap.draws(nats.length, bytes.length, this::bitsPerByte);
    }

    /** Σ_s Σ_c nats / (S · log 2 · Σ_c bytes), of the seeds and conversations drawn. */
    private double bitsPerByte(int[] seedCounts, int[] conversationCounts) {
        double sum = 0;
        long seeds = 0;
        for (int s = 0; s < nats.length; s++) {
            seeds += seedCounts[s];
            double ofSeed = 0;
            for (int c = 0; c < bytes.length; c++) {
                ofSeed += conversationCounts[c] * nats[s][c];
            }
            sum += seedCounts[s] * ofSeed;
        }
        long drawnBytes = 0;
        for (int c = 0; c < bytes.length; c++) {
            drawnBytes += (long) conversationCounts[c] * bytes[c];
        }
        return sum / (seeds * RecordLoss.NATS_PER_BIT * drawnBytes);
    }

    private static void requirePairs(List<List<RecordLoss>> arm, List<List<RecordLoss>> baseline, int records) {
        if (arm.isEmpty() || arm.size() != baseline.size()) {
            throw new EvaluationException("an arm of " + arm.size() + " seeds cannot be paired with a baseline of "
                    + baseline.size() + "; expected as many, and at least one");
        }
        List<Integer> bytes = bytes(arm.get(0));
        for (int s = 0; s < arm.size(); s++) {
            if (bytes.isEmpty()
                    || bytes.size() != records
                    || !bytes(arm.get(s)).equals(bytes)
                    || !bytes(baseline.get(s)).equals(bytes)) {
                throw new EvaluationException("the losses of seed " + s + " are not of the same records: "
                        + arm.get(s).size() + " of the arm and "
                        + baseline.get(s).size() + " of the baseline; expected " + records);
            }
        }
    }

    private static List<Integer> bytes(List<RecordLoss> losses) {
        return losses.stream().map(RecordLoss::bytes).toList();
    }
}
