package io.stillstream.rollout.gate;

import io.stillstream.statistics.PairedRatio;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Records with what two snapshots made of each, in clusters by conversation. */
final class Pairs {

    private static final double NATS_PER_BIT = Math.log(2);

    private final List<RecordEvaluation> candidate;
    private final List<RecordEvaluation> baseline;
    private final int[] cluster;
    private final int clusters;

    private Pairs(List<RecordEvaluation> candidate, List<RecordEvaluation> baseline) {
        this.candidate = candidate;
        this.baseline = baseline;
        this.cluster = new int[candidate.size()];
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < cluster.length; i++) {
            String conversation = candidate.get(i).conversation();
            cluster[i] = numbers.computeIfAbsent(conversation, unseen -> numbers.size());
        }
        this.clusters = numbers.size();
    }

    /** Of two evaluations that {@link EvaluationCheck} found to be of the same records. */
    static Pairs of(SnapshotEvaluation candidate, SnapshotEvaluation baseline) {
        return new Pairs(candidate.records(), baseline.records());
    }

    /** Those of the candidate's records that are asked for. */
    Pairs where(Predicate<RecordEvaluation> wanted) {
        List<RecordEvaluation> left = new ArrayList<>();
        List<RecordEvaluation> right = new ArrayList<>();
        for (int i = 0; i < cluster.length; i++) {
            if (wanted.test(candidate.get(i))) {
                left.add(candidate.get(i));
                right.add(baseline.get(i));
            }
        }
        return new Pairs(left, right);
    }

    /** Those that the verdict rests on. */
    Pairs evidence() {
        return where(record -> !record.forSlice());
    }

    int records() {
        return cluster.length;
    }

    int clusters() {
        return clusters;
    }

    /** The candidate's bits per byte less the baseline's. */
    PairedRatio bitsPerByte() {
        return ratio(record -> record.nats() / NATS_PER_BIT, RecordEvaluation::bytes);
    }

    /** The candidate's share of such records less the baseline's. */
    PairedRatio share(Predicate<RecordEvaluation> such) {
        return ratio(record -> such.test(record) ? 1 : 0, record -> 1);
    }

    /** The candidate's share of such records. */
    PairedRatio ownShare(Predicate<RecordEvaluation> such) {
        double[] ones = new double[cluster.length];
        Arrays.fill(ones, 1);
        return PairedRatio.of(
                cluster,
                clusters,
                candidate.stream()
                        .mapToDouble(record -> such.test(record) ? 1 : 0)
                        .toArray(),
                ones,
                new double[cluster.length],
                ones);
    }

    private PairedRatio ratio(
            ToDoubleFunction<RecordEvaluation> numerator, ToDoubleFunction<RecordEvaluation> denominator) {
        return PairedRatio.of(
                cluster,
                clusters,
                candidate.stream().mapToDouble(numerator).toArray(),
                candidate.stream().mapToDouble(denominator).toArray(),
                baseline.stream().mapToDouble(numerator).toArray(),
                baseline.stream().mapToDouble(denominator).toArray());
    }
}
