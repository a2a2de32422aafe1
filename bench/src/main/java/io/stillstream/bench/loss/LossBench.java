package io.stillstream.bench.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stillstream.statistics.Medians;
import io.stillstream.student.model.Precision;
import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.student.torchscript.TorchScriptArchive;
import io.stillstream.student.torchscript.TorchScriptModule;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.LossModules;
import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import io.stillstream.trainer.loss.TargetNeed;
import io.stillstream.trainer.step.StepConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Times each loss's forward and backward pass from the logits of one sequence, beside the same formulas in eager PyTorch
 * operators on the same threads. Runs of all rows are interleaved, so that a slow minute of the machine slows them all.
 */
public final class LossBench implements AutoCloseable {

    private static final int COLUMNS = 50;
    private static final List<String> MODULES = List.of("bench", "eager");

    private final TorchScriptModule script;
    private final int rounds;

    /** @param rounds timed runs of each row, after one that is not counted */
    public LossBench(int rounds) {
        this.rounds = rounds;
        this.script = TorchScriptModule.load(
                LossModules.addTo(TorchScriptArchive.ofResources("bench.Bench", MODULES, Map.of("training", true)))
                        .withResource(Precision.MODULE, Precision.FP32.resource()));
    }

    /** One row for each loss at a shape. */
    public List<LossTiming> time(int positions, int vocabulary) {
        try (NDManager scope = TorchEngine.newScope()) {
            NDArray logits = scope.randomNormal(0, 3, new Shape(positions, vocabulary), DataType.FLOAT32);
            NDArray labels = scope.arange(0, positions).toType(DataType.INT64, false);
            NDArray teacher = teacher(scope, positions);
            NDArray probabilities = teacher.exp();
            Map<String, Runnable[]> rows = new LinkedHashMap<>();
            LossConfig.presets().forEach((name, loss) -> {
                String eager = EAGER.get(name);
                Runnable ours = () -> fused(logits, scope.create(new Shape(0)), positions, labels, teacher, loss);
                rows.put(
                        name + "|" + (eager == null ? "" : "eager"),
                        eager == null
                                ? new Runnable[] {ours}
                                : new Runnable[] {ours, () -> call(eager, logits, labels, probabilities)});
            });
            // The released loops match as many columns as there are positions and keep the first k; the later ones
            // cannot change those, so ours does not look at them.
            NDArray students = scope.randomUniform(0, 1, new Shape(positions, positions), DataType.FLOAT32);
            NDArray teachers = scope.randomUniform(0, 1, new Shape(positions, positions), DataType.FLOAT32);
            NDArray kept = teachers.get(":, :" + Math.min(COLUMNS, positions));
            rows.put(
                    "greedy matching|released loops",
                    new Runnable[] {() -> call("match", kept, students), () -> call("match_loop", teachers, students)});
            rows.put(
                    "greedy matching|loops to k",
                    new Runnable[] {() -> call("match", kept, students), () -> call("match_loop", kept, students)});
            return timings(rows, positions, vocabulary);
        }
    }

    /**
     * Peak memory of the paper's loss and its gradient, LM head included, in chunks and all at once.
     *
     * @return bytes, chunked first
     */
    public long[] memory(int positions, int vocabulary, int hidden) {
        int chunk = Math.max(
                1, (int) (((long) StepConfig.DEFAULT_LOGIT_MEBIBYTES << 20) / ((long) vocabulary * Float.BYTES)));
        long[] peaks = new long[2];
        for (int i = 0; i < 2; i++) {
            int size = i == 0 ? chunk : positions;
            try (NDManager scope = TorchEngine.newScope()) {
                NDArray states = scope.randomNormal(0, 1, new Shape(positions, hidden), DataType.FLOAT32);
                NDArray projection = scope.randomNormal(0, 1, new Shape(vocabulary, hidden), DataType.FLOAT32);
                NDArray labels = scope.arange(0, positions).toType(DataType.INT64, false);
                NDArray teacher = teacher(scope, positions);
                LossConfig loss = LossConfig.multiLevelOt(Variant.PAPER);
                peaks[i] = PeakMemory.during(() -> fused(states, projection, size, labels, teacher, loss));
            }
        }
        return peaks;
    }

    @Override
    public void close() {
        script.close();
    }

    private static final Map<String, String> EAGER = Map.of(
            "cross-entropy", "cross_entropy",
            "multilevelot paper", "paper",
            "multilevelot released/sort", "released",
            "uld", "uld");

    private List<LossTiming> timings(Map<String, Runnable[]> rows, int positions, int vocabulary) {
        Map<String, double[][]> times = new LinkedHashMap<>();
        rows.forEach((name, runs) -> times.put(name, new double[runs.length][rounds]));
        rows.values().forEach(runs -> Arrays.stream(runs).forEach(Runnable::run));
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Runnable[]> row : rows.entrySet()) {
                for (int i = 0; i < row.getValue().length; i++) {
                    long started = System.nanoTime();
                    row.getValue()[i].run();
                    double elapsed = (System.nanoTime() - started) / 1e6;
                    Objects.requireNonNull(times.get(row.getKey()))[i][round] = elapsed;
                }
            }
        }
        List<LossTiming> timings = new ArrayList<>();
        times.forEach((name, found) -> {
            String[] names = name.split("\\|", -1);
            timings.add(new LossTiming(
                    names[0],
                    names[1],
                    positions,
                    vocabulary,
                    Medians.of(found[0]),
                    found.length > 1 ? Medians.of(found[1]) : Double.NaN));
        });
        return timings;
    }

    /** Log-probabilities {@code [1, T, K]} that fall off with the rank. */
    private static NDArray teacher(NDManager scope, int positions) {
        NDArray logits = scope.randomNormal(0, 2, new Shape(1, positions, COLUMNS), DataType.FLOAT32);
        return logits.logSoftmax(2);
    }

    private void fused(
            NDArray states, NDArray projection, int chunk, NDArray labels, NDArray teacher, LossConfig loss) {
        try (NDManager scope = states.getManager().newSubManager()) {
            int positions = Math.toIntExact(states.getShape().get(0));
            NDList arguments = new NDList(states, projection, scope.create((long) chunk));
            Map<String, NDArray> batch = new LinkedHashMap<>();
            NDArray steps = scope.arange(0, positions).toType(DataType.INT64, false);
            batch.put("sequences", scope.create(1L));
            batch.put("sequence", scope.zeros(new Shape(positions), DataType.INT64));
            batch.put("step", steps);
            batch.put("label", labels.duplicate());
            batch.put("share", scope.full(new Shape(positions), 1f / positions));
            batch.put("teacher", teacher.duplicate());
            batch.put("teacher_length", scope.create(new long[] {positions}));
            Set<TargetNeed> needs = loss.needs();
            if (needs.contains(TargetNeed.PAIRED_COLUMNS) || needs.contains(TargetNeed.SHARED_IDS)) {
                batch.put("pair", steps.duplicate());
                batch.put("pair_place", steps.duplicate());
                batch.put("pair_share", scope.full(new Shape(positions), 1f / positions));
                batch.put("pair_teacher", teacher.squeeze(0));
            }
            if (needs.contains(TargetNeed.SHARED_IDS)) {
                NDArray ids = scope.arange(0, COLUMNS).toType(DataType.INT64, false);
                batch.put("shared", ids.expandDims(0).tile(0, positions));
            }
            if (needs.contains(TargetNeed.PAIRED_COLUMNS)) {
                batch.put("matched", scope.full(new Shape(1, COLUMNS), -1, DataType.INT64));
            }
            if (needs.contains(TargetNeed.SPANS)) {
                batch.put("span", steps.duplicate());
                batch.put("span_teacher", teacher.squeeze(0).get(":, 0"));
                batch.put("span_share", scope.full(new Shape(positions), 1f / positions));
            }
            batch.forEach((name, array) -> {
                array.setName("batch." + name);
                arguments.add(array);
            });
            arguments.addAll(loss.at(1).arguments(scope));
            script.call(scope, "fused", arguments).get(1).toFloatArray();
        }
    }

    private void call(String method, NDArray... arguments) {
        try (NDManager scope = arguments[0].getManager().newSubManager()) {
            NDList all = new NDList();
            for (NDArray argument : arguments) {
                all.add(argument.getShape().dimension() == 3 ? argument.squeeze(0) : argument);
            }
            script.call(scope, method, all);
        }
    }
}
