package io.stillstream.trainer.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.student.batch.Collator;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.trainer.loss.TargetNeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A micro-batch as the training script takes it: ids padded on the right {@code [B, S]}, the source of an encoder {@code [B, E]}, and the N response positions of
 * all sequences end to end, each with its place among the ids, label, sequence and step; beside them what the losses read
 * of the teacher. The arrays live as long as the scope, and until the staging buffer is cleared.
 */
final class TrainingCollator {

    private final NDManager scope;
    private final StagingBuffer staging;
    private final List<TrainingSequence> sequences;
    private final DecoderConfig student;
    private final int n;

    TrainingCollator(NDManager scope, StagingBuffer staging, DecoderConfig student, List<TrainingSequence> sequences) {
        this.scope = scope;
        this.staging = staging;
        this.student = student;
        this.sequences = sequences;
        this.n = sequences.stream().mapToInt(TrainingSequence::labels).sum();
    }

    /** The text and what the losses need beside it, as the {@code batch} argument of the training script. */
    NDList collate(Set<TargetNeed> needs) {
        NDList batch = new Collator(scope, staging, student)
                .collate(sequences.stream().map(TrainingSequence::tokens).toList());
        named("source", batch.get(0));
        named("ids", batch.get(1));
        named("position", batch.get(2));
        named("label", batch.get(3));
        batch.add(named("sequences", scope.create((long) sequences.size())));
        batch.add(longs("sequence", i -> IntStream.generate(() -> i).limit(labels(i))));
        batch.add(longs("step", i -> IntStream.range(0, labels(i))));
        batch.add(floats("share", n, i -> constant(sequences.get(i).labelled() ? 1f / labels(i) : 0f, labels(i))));
        if (needs.contains(TargetNeed.COLUMNS)) {
            batch.addAll(columns());
        }
        if (needs.contains(TargetNeed.PAIRED_COLUMNS) || needs.contains(TargetNeed.SHARED_IDS)) {
            batch.addAll(pairs());
        }
        if (needs.contains(TargetNeed.PAIRED_COLUMNS)) {
            batch.add(matched());
        }
        if (needs.contains(TargetNeed.SHARED_IDS)) {
            batch.add(sharedIds());
        }
        if (needs.contains(TargetNeed.SPANS)) {
            batch.addAll(spans());
        }
        if (needs.contains(TargetNeed.TRANSPORT)) {
            batch.addAll(transport());
        }
        return batch;
    }

    private NDList columns() {
        int t = sequences.stream().mapToInt(s -> s.teacher().positions()).max().orElse(0);
        int k = k();
        float[] columns = new float[sequences.size() * t * k];
        Arrays.fill(columns, Float.NEGATIVE_INFINITY);
        long[] lengths = new long[sequences.size()];
        for (int i = 0; i < sequences.size(); i++) {
            float[] from = teacher(i).logProbabilities();
            System.arraycopy(from, 0, columns, i * t * k, from.length);
            lengths[i] = teacher(i).positions();
        }
        return new NDList(
                named("teacher", staging.floats(scope, columns, sequences.size(), t, k)),
                named("teacher_length", staging.longs(scope, lengths, lengths.length)));
    }

    /** Pairs of positions, as places among the N, with the teacher's columns there. */
    private NDList pairs() {
        int p = sequences.stream().mapToInt(s -> s.teacher().pairSteps().length).sum();
        int k = k();
        float[] columns = new float[p * k];
        int next = 0;
        for (int i = 0; i < sequences.size(); i++) {
            for (int position : teacher(i).pairPositions()) {
                System.arraycopy(teacher(i).logProbabilities(), position * k, columns, next * k, k);
                next++;
            }
        }
        int[] starts = starts();
        return new NDList(
                longs("pair", i -> Arrays.stream(teacher(i).pairSteps()).map(step -> starts[i] + step)),
                longs("pair_place", i -> IntStream.range(0, teacher(i).pairSteps().length)),
                floats("pair_share", p, i -> {
                    int pairs = teacher(i).pairSteps().length;
                    return constant(1f / pairs, pairs);
                }),
                named("pair_teacher", staging.floats(scope, columns, p, k)));
    }

    /** For each column the student's token of the same bytes; a token that two columns stand for is the first one's. */
    private NDArray matched() {
        int k = k();
        long[] matched = new long[sequences.size() * k];
        Arrays.fill(matched, -1);
        for (int i = 0; i < sequences.size(); i++) {
            int[] found = teacher(i).matched();
            for (int j = 0; j < found.length; j++) {
                matched[i * k + j] = found[j];
            }
        }
        return named("matched", staging.longs(scope, matched, sequences.size(), k));
    }

    /** Positions that are in no pair read the first K tokens and nothing of them. */
    private NDArray sharedIds() {
        int k = k();
        long[] ids = new long[n * k];
        for (int row = 0; row < n; row++) {
            for (int j = 0; j < k; j++) {
                ids[row * k + j] = j;
            }
        }
        int[] starts = starts();
        for (int i = 0; i < sequences.size(); i++) {
            TeacherSignal teacher = teacher(i);
            for (int pair = 0; pair < teacher.pairSteps().length; pair++) {
                int row = starts[i] + teacher.pairSteps()[pair];
                for (int j = 0; j < k; j++) {
                    ids[row * k + j] = teacher.sharedIds()[pair * k + j];
                }
            }
        }
        return named("shared", staging.longs(scope, ids, n, k));
    }

    private NDList spans() {
        int m = sequences.stream()
                .mapToInt(s -> s.teacher().spanLogLikelihoods().length)
                .sum();
        int[] firsts = new int[sequences.size()];
        for (int i = 1; i < firsts.length; i++) {
            firsts[i] = firsts[i - 1] + teacher(i - 1).spanLogLikelihoods().length;
        }
        return new NDList(
                longs("span", i -> {
                    int[] spans = teacher(i).spanOfStep();
                    return IntStream.range(0, labels(i))
                            .map(step -> step < spans.length && spans[step] >= 0 ? firsts[i] + spans[step] : m);
                }),
                floats("span_teacher", m, i -> teacher(i).spanLogLikelihoods()),
                floats("span_share", m, i -> {
                    int spans = teacher(i).spanLogLikelihoods().length;
                    return constant(1f / spans, spans);
                }));
    }

    /** The targets at the P positions that have one, and for all N the ids that are read there. */
    private NDList transport() {
        int p = sequences.stream()
                .mapToInt(s -> s.teacher().transport().steps().length)
                .sum();
        int k = sequences.stream()
                .mapToInt(s -> s.teacher().transport().width())
                .max()
                .orElse(0);
        long[] ids = new long[n * k];
        Arrays.fill(ids, -1);
        float[] masses = new float[p * k];
        float[] textMasses = new float[p * k];
        float[] transported = new float[n];
        int[] starts = starts();
        int next = 0;
        for (int i = 0; i < sequences.size(); i++) {
            TransportTargets targets = teacher(i).transport();
            int width = targets.width();
            for (int step = 0; step < targets.steps().length; step++) {
                int row = starts[i] + targets.steps()[step];
                for (int j = 0; j < width; j++) {
                    ids[row * k + j] = targets.ids()[step * width + j];
                }
                System.arraycopy(targets.masses(), step * width, masses, next * k, width);
                System.arraycopy(targets.textMasses(), step * width, textMasses, next * k, width);
                transported[row] = targets.trust();
                next++;
            }
        }
        for (int row = 0; row < n; row++) {
            fillWithOthers(ids, row * k, k);
        }
        return new NDList(
                longs(
                        "transport_position",
                        i -> Arrays.stream(teacher(i).transport().steps()).map(step -> starts[i] + step)),
                floats(
                        "transport_share",
                        p,
                        i -> constant(
                                teacher(i).transport().trust() / labels(i),
                                teacher(i).transport().steps().length)),
                floats("transport_rest", p, i -> teacher(i).transport().rest()),
                named("transport_mass", staging.floats(scope, masses, p, k)),
                named("transport_text", staging.floats(scope, textMasses, p, k)),
                named("transported", staging.floats(scope, transported, n)),
                named("transport", staging.longs(scope, ids, n, k)));
    }

    /** Puts ids that a row does not hold in place of −1, for the ids of a view differ from each other. */
    private static void fillWithOthers(long[] ids, int from, int width) {
        Set<Long> taken = new HashSet<>();
        for (int j = 0; j < width; j++) {
            taken.add(ids[from + j]);
        }
        long other = 0;
        for (int j = 0; j < width; j++) {
            if (ids[from + j] < 0) {
                while (!taken.add(other)) {
                    other++;
                }
                ids[from + j] = other;
            }
        }
    }

    private NDArray longs(String name, Function<Integer, IntStream> ofSequence) {
        long[] values = IntStream.range(0, sequences.size())
                .boxed()
                .flatMapToInt(ofSequence)
                .asLongStream()
                .toArray();
        return named(name, staging.longs(scope, values, values.length));
    }

    private NDArray floats(String name, int length, Function<Integer, float[]> ofSequence) {
        List<float[]> parts = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            parts.add(ofSequence.apply(i));
        }
        float[] values = new float[length];
        int next = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, values, next, part.length);
            next += part.length;
        }
        return named(name, staging.floats(scope, values, length));
    }

    /** Where the positions of each sequence begin among the N. */
    private int[] starts() {
        int[] starts = new int[sequences.size()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + labels(i - 1);
        }
        return starts;
    }

    private int labels(int i) {
        return sequences.get(i).labels();
    }

    private TeacherSignal teacher(int i) {
        return sequences.get(i).teacher();
    }

    /** The micro-batch's; sequences without a teacher are apart from those with one. */
    private int k() {
        return sequences.get(0).teacher().columns();
    }

    private static float[] constant(float value, int length) {
        float[] values = new float[length];
        Arrays.fill(values, value);
        return values;
    }

    private static NDArray named(String name, NDArray array) {
        array.setName("batch." + name);
        return array;
    }
}
