package io.stillstream.trainer.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stillstream.student.model.Precision;
import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.student.torchscript.TorchScriptArchive;
import io.stillstream.student.torchscript.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the training script's losses on logits or hidden states of one's own, in double or single precision. */
final class LossProbe {

    /** Compiled once: that takes longer than a call. */
    private static final TorchScriptModule PROBE = TorchScriptModule.load(archive());

    /** One sequence: logits (or hidden states), labels, and what the losses read of the teacher. */
    static final class Sequence {

        final double[][] rows;
        final int[] labels;
        double[][] teacher = {};
        int[] matched = {};
        int[][] pairs = {};
        int[][] shared = {};
        int[] spans = {};
        double[] spanTeacher = {};
        int[] transportSteps = {};
        int[][] transportIds = {};
        double[][] transportMasses = {};
        double[][] transportText = {};
        double[] transportRest = {};
        double trust = 1;
        boolean labelled = true;

        Sequence(double[][] rows, int[] labels) {
            this.rows = rows;
            this.labels = labels;
        }

        Sequence teacher(double[][] logProbabilities) {
            this.teacher = logProbabilities;
            return this;
        }

        /** Each {student's step, teacher's position}. */
        Sequence pairs(int[]... stepsAndPositions) {
            this.pairs = stepsAndPositions;
            return this;
        }

        Sequence matched(int... ids) {
            this.matched = ids;
            return this;
        }

        Sequence shared(int[]... idsOfPair) {
            this.shared = idsOfPair;
            return this;
        }

        Sequence spans(int[] spanOfStep, double... teacherLogLikelihoods) {
            this.spans = spanOfStep;
            this.spanTeacher = teacherLogLikelihoods;
            return this;
        }

        /** Targets at some of the steps, each of the same number of tokens; −1 and the mass 0 pad. */
        Sequence transport(
                double trust, int[] steps, int[][] ids, double[][] masses, double[][] textMasses, double... rest) {
            this.trust = trust;
            this.transportSteps = steps;
            this.transportIds = ids;
            this.transportMasses = masses;
            this.transportText = textMasses;
            this.transportRest = rest;
            return this;
        }

        /** The same targets for other rows. */
        Sequence transportOf(Sequence other) {
            return transport(
                    other.trust,
                    other.transportSteps,
                    other.transportIds,
                    other.transportMasses,
                    other.transportText,
                    other.transportRest);
        }

        /** For the teacher alone. */
        Sequence unlabelled() {
            this.labelled = false;
            return this;
        }
    }

    static final class Outcome {

        /** By name: value, and squared norm of the weighted gradient at the logits. */
        final Map<String, double[]> terms = new LinkedHashMap<>();

        final double total;
        final double[] gradient;
        final double[] weightGradient;

        Outcome(ActiveTerms active, double[] report, double[] gradient, double[] weightGradient) {
            int next = 0;
            double sum = 0;
            for (Map.Entry<String, Double> weight : active.weights().entrySet()) {
                double[] term = {report[next++], report[next++]};
                terms.put(weight.getKey(), term);
                sum += term[0] * weight.getValue();
            }
            this.total = sum;
            this.gradient = gradient;
            this.weightGradient = weightGradient;
        }

        double value(String term) {
            return terms.get(term)[0];
        }

        double gradientNorm(String term) {
            return Math.sqrt(terms.get(term)[1]);
        }

        double norm() {
            return Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
        }
    }

    private LossProbe() {}

    static Outcome run(LossConfig loss, Sequence... sequences) {
        return run(loss, DataType.FLOAT64, Integer.MAX_VALUE, null, sequences);
    }

    /** @param projection {@code [V, H]}; null when the rows are logits */
    static Outcome run(LossConfig loss, DataType precision, int chunk, double[][] projection, Sequence... sequences) {
        return run(loss, 1, precision, chunk, projection, sequences);
    }

    /** The same of logits that are capped: c · tanh(row / c). */
    static Outcome runCapped(LossConfig loss, double softCap, Sequence... sequences) {
        return run(loss, 1, DataType.FLOAT64, Integer.MAX_VALUE, softCap, null, sequences);
    }

    /** @param step the optimizer step whose weights count */
    static Outcome run(
            LossConfig loss, long step, DataType precision, int chunk, double[][] projection, Sequence... sequences) {
        return run(loss, step, precision, chunk, 0, projection, sequences);
    }

    private static Outcome run(
            LossConfig loss,
            long step,
            DataType precision,
            int chunk,
            double softCap,
            double[][] projection,
            Sequence... sequences) {
        try (NDManager scope = TorchEngine.newScope()) {
            NDList arguments = new NDList(
                    matrix(
                            scope,
                            precision,
                            Arrays.stream(sequences)
                                    .flatMap(sequence -> Arrays.stream(sequence.rows))
                                    .toArray(double[][]::new)),
                    projection == null
                            ? scope.create(new Shape(0)).toType(precision, false)
                            : matrix(scope, precision, projection),
                    scope.create((long) chunk),
                    scope.create(softCap));
            batch(scope, precision, sequences).forEach((name, array) -> {
                array.setName("batch." + name);
                arguments.add(array);
            });
            if (loss.needs().contains(TargetNeed.TRANSPORT)) {
                transport(scope, precision, sequences).forEach((name, array) -> {
                    array.setName("batch." + name);
                    arguments.add(array);
                });
            }
            arguments.addAll(loss.at(step).withShares().arguments(scope));
            NDList results = PROBE.call(scope, "forward", arguments);
            return new Outcome(
                    loss.at(step), doubles(results.get(0)), doubles(results.get(1)), doubles(results.get(2)));
        }
    }

    private static Map<String, NDArray> batch(NDManager scope, DataType precision, Sequence... sequences) {
        List<Long> sequence = new ArrayList<>();
        List<Long> step = new ArrayList<>();
        List<Long> label = new ArrayList<>();
        List<Double> share = new ArrayList<>();
        List<Long> pair = new ArrayList<>();
        List<Long> pairPlace = new ArrayList<>();
        List<Double> pairShare = new ArrayList<>();
        List<double[]> pairTeacher = new ArrayList<>();
        List<Long> span = new ArrayList<>();
        List<Double> spanTeacher = new ArrayList<>();
        List<Double> spanShare = new ArrayList<>();
        int t = Arrays.stream(sequences).mapToInt(s -> s.teacher.length).max().orElse(0);
        int k = t == 0 ? 0 : sequences[0].teacher[0].length;
        int spans = Arrays.stream(sequences).mapToInt(s -> s.spanTeacher.length).sum();
        double[] teacher = new double[sequences.length * t * k];
        Arrays.fill(teacher, Double.NEGATIVE_INFINITY);
        long[] lengths = new long[sequences.length];
        List<Long> matched = new ArrayList<>();
        List<Long> shared = new ArrayList<>();
        for (int b = 0; b < sequences.length; b++) {
            Sequence s = sequences[b];
            int first = sequence.size();
            int firstSpan = spanTeacher.size();
            lengths[b] = s.teacher.length;
            for (int i = 0; i < s.teacher.length; i++) {
                System.arraycopy(s.teacher[i], 0, teacher, (b * t + i) * k, k);
            }
            for (int j = 0; j < k; j++) {
                matched.add(j < s.matched.length ? (long) s.matched[j] : -1);
            }
            for (int i = 0; i < s.rows.length; i++) {
                sequence.add((long) b);
                step.add((long) i);
                label.add((long) s.labels[i]);
                share.add(s.labelled ? 1.0 / s.rows.length : 0);
                span.add(i < s.spans.length && s.spans[i] >= 0 ? (long) firstSpan + s.spans[i] : spans);
                for (int j = 0; j < k; j++) {
                    shared.add((long) j);
                }
            }
            for (int p = 0; p < s.pairs.length; p++) {
                pair.add((long) first + s.pairs[p][0]);
                pairPlace.add((long) p);
                pairShare.add(1.0 / s.pairs.length);
                pairTeacher.add(s.teacher[s.pairs[p][1]]);
                for (int j = 0; j < k && s.shared.length > 0; j++) {
                    shared.set((first + s.pairs[p][0]) * k + j, (long) s.shared[p][j]);
                }
            }
            for (double value : s.spanTeacher) {
                spanTeacher.add(value);
                spanShare.add(1.0 / s.spanTeacher.length);
            }
        }
        Map<String, NDArray> batch = new LinkedHashMap<>();
        batch.put("sequences", scope.create((long) sequences.length));
        batch.put("sequence", longs(scope, sequence));
        batch.put("step", longs(scope, step));
        batch.put("label", longs(scope, label));
        batch.put("share", numbers(scope, precision, share));
        if (k > 0) {
            batch.put(
                    "teacher",
                    scope.create(teacher, new Shape(sequences.length, t, k)).toType(precision, false));
            batch.put("teacher_length", scope.create(lengths));
        }
        if (!pair.isEmpty()) {
            batch.put("pair", longs(scope, pair));
            batch.put("pair_place", longs(scope, pairPlace));
            batch.put("pair_share", numbers(scope, precision, pairShare));
            batch.put("pair_teacher", matrix(scope, precision, pairTeacher.toArray(double[][]::new)));
            batch.put("shared", longs(scope, shared).reshape(sequence.size(), k));
        }
        if (Arrays.stream(sequences).anyMatch(s -> s.matched.length > 0)) {
            batch.put("matched", longs(scope, matched).reshape(sequences.length, k));
        }
        if (spans > 0) {
            batch.put("span", longs(scope, span));
            batch.put("span_teacher", numbers(scope, precision, spanTeacher));
            batch.put("span_share", numbers(scope, precision, spanShare));
        }
        return batch;
    }

    /** As the collator makes it, in double precision. */
    private static Map<String, NDArray> transport(NDManager scope, DataType precision, Sequence... sequences) {
        int n = Arrays.stream(sequences).mapToInt(s -> s.rows.length).sum();
        int k = Arrays.stream(sequences)
                .flatMap(s -> Arrays.stream(s.transportIds))
                .mapToInt(ids -> ids.length)
                .max()
                .orElse(0);
        long[][] ids = new long[n][k];
        List<Long> position = new ArrayList<>();
        List<Double> share = new ArrayList<>();
        List<Double> rest = new ArrayList<>();
        List<double[]> masses = new ArrayList<>();
        List<double[]> text = new ArrayList<>();
        double[] transported = new double[n];
        for (long[] row : ids) {
            Arrays.fill(row, -1);
        }
        int first = 0;
        for (Sequence s : sequences) {
            for (int p = 0; p < s.transportSteps.length; p++) {
                int row = first + s.transportSteps[p];
                for (int j = 0; j < s.transportIds[p].length; j++) {
                    ids[row][j] = s.transportIds[p][j];
                }
                position.add((long) row);
                share.add(s.trust / s.rows.length);
                rest.add(s.transportRest[p]);
                masses.add(Arrays.copyOf(s.transportMasses[p], k));
                text.add(Arrays.copyOf(s.transportText[p], k));
                transported[row] = s.trust;
            }
            first += s.rows.length;
        }
        for (long[] row : ids) {
            long other = 0;
            for (int j = 0; j < k; j++) {
                while (row[j] < 0) {
                    long candidate = other++;
                    if (Arrays.stream(row).noneMatch(id -> id == candidate)) {
                        row[j] = candidate;
                    }
                }
            }
        }
        int p = position.size();
        Map<String, NDArray> batch = new LinkedHashMap<>();
        batch.put("transport_position", longs(scope, position));
        batch.put("transport_share", numbers(scope, precision, share));
        batch.put("transport_rest", numbers(scope, precision, rest));
        batch.put("transport_mass", numbers(scope, precision, flat(masses)).reshape(p, k));
        batch.put("transport_text", numbers(scope, precision, flat(text)).reshape(p, k));
        batch.put("transported", scope.create(transported).toType(precision, false));
        batch.put(
                "transport",
                scope.create(Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray())
                        .reshape(n, k));
        return batch;
    }

    private static List<Double> flat(List<double[]> rows) {
        return rows.stream().flatMapToDouble(Arrays::stream).boxed().toList();
    }

    private static NDArray matrix(NDManager scope, DataType precision, double[][] rows) {
        double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return scope.create(flat, new Shape(rows.length, rows.length == 0 ? 0 : rows[0].length))
                .toType(precision, false);
    }

    private static NDArray longs(NDManager scope, List<Long> values) {
        return scope.create(values.stream().mapToLong(Long::longValue).toArray());
    }

    private static NDArray numbers(NDManager scope, DataType precision, List<Double> values) {
        return scope.create(values.stream().mapToDouble(Double::doubleValue).toArray())
                .toType(precision, false);
    }

    private static double[] doubles(NDArray array) {
        return array.toType(DataType.FLOAT64, false).toDoubleArray();
    }

    private static TorchScriptArchive archive() {
        return LossModules.addTo(new TorchScriptArchive(
                        "probe.Probe", Map.of("probe", text("/probe.py")), Map.of("training", true)))
                .withResource(Precision.MODULE, Precision.FP32.resource());
    }

    private static String text(String resource) {
        try (InputStream in = LossProbe.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
