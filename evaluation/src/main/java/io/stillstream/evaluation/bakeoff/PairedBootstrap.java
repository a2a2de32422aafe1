package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.EvaluationException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * How much two arms differ in bits per byte, and how sure that is: a percentile bootstrap over seeds and records.
 *
 * <p>Both arms were trained with the same seeds and measured on the same records, so what is resampled are pairs. A draw
 * takes S of the S seeds with replacement, then R of the R records with replacement, and is
 * Σ_s Σ_r (nats_arm − nats_baseline) / (S · log 2 · Σ_r bytes). The records are drawn once for all seeds of a draw: each
 * seed is measured on the same records, and drawing them anew for each would make their luck look averaged out when it
 * is not. With S seeds the bootstrap sees (S − 1) / S of the variance between seeds; with one seed, none.
 *
 * <p>The draws are a function of the data's size alone, so that the same runs give the same interval.
 */
final class PairedBootstrap {

    private static final int DRAWS = 10_000;
    private static final long SEED = 20_240_817;

    private PairedBootstrap() {}

    /**
     * The arm's bits per byte minus the baseline's; below 0 the arm is better.
     *
     * @param arm by seed, then record
     * @param baseline likewise, in the same order
     * @throws EvaluationException when the two do not pair
     */
    static Interval difference(List<List<RecordLoss>> arm, List<List<RecordLoss>> baseline) {
        requirePairs(arm, baseline);
        int seeds = arm.size();
        int records = arm.get(0).size();
        double[][] nats = new double[seeds][records];
        long[] bytes = new long[records];
        for (int r = 0; r < records; r++) {
            bytes[r] = arm.get(0).get(r).bytes();
            for (int s = 0; s < seeds; s++) {
                nats[s][r] = arm.get(s).get(r).nats() - baseline.get(s).get(r).nats();
            }
        }
        double[] draws = draws(nats, bytes);
        Arrays.sort(draws);
        double tail = (1 - Interval.CONFIDENCE) / 2;
        return new Interval(
                observed(nats, bytes),
                draws[(int) Math.floor(tail * (DRAWS - 1))],
                draws[(int) Math.ceil((1 - tail) * (DRAWS - 1))]);
    }

    private static double observed(double[][] nats, long[] bytes) {
        double sum = 0;
        for (double[] ofSeed : nats) {
            sum += Arrays.stream(ofSeed).sum();
        }
        return bitsPerByte(sum, nats.length, Arrays.stream(bytes).sum());
    }

    private static double[] draws(double[][] nats, long[] bytes) {
        Random random = new Random(SEED);
        int seeds = nats.length;
        int records = bytes.length;
        double[] draws = new double[DRAWS];
        int[] times = new int[seeds];
        for (int draw = 0; draw < DRAWS; draw++) {
            Arrays.fill(times, 0);
            for (int s = 0; s < seeds; s++) {
                times[random.nextInt(seeds)]++;
            }
            double sum = 0;
            long drawnBytes = 0;
            for (int i = 0; i < records; i++) {
                int r = random.nextInt(records);
                drawnBytes += bytes[r];
                for (int s = 0; s < seeds; s++) {
                    // A seed that was not drawn must not count, not even where its loss is not a number.
                    sum += times[s] == 0 ? 0 : times[s] * nats[s][r];
                }
            }
            draws[draw] = bitsPerByte(sum, seeds, drawnBytes);
        }
        return draws;
    }

    private static double bitsPerByte(double nats, int seeds, long bytes) {
        return nats / (seeds * RecordLoss.NATS_PER_BIT * bytes);
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
