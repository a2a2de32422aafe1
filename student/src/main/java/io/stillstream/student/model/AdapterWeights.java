package io.stillstream.student.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.StudentException;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.lora.LoraTargets;
import io.stillstream.student.lora.LoraTargets.Widths;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The weights that an adapter trains, by their scripts' names: A and B of linear maps, and weights trained whole. */
final class AdapterWeights {

    private static final int SEED_STRIDE = 31;

    private final Architecture architecture;
    private final NDManager scope;
    private final Map<String, NDArray> base;

    /** @param base the base's weights; those that are trained whole are replaced by the adapter's */
    AdapterWeights(Architecture architecture, NDManager scope, Map<String, NDArray> base) {
        this.architecture = architecture;
        this.scope = scope;
        this.base = base;
    }

    /** Before the first step: A is drawn as PEFT draws it, kaiming uniform with a = √5, and B is zero. */
    Map<String, NDArray> fresh(LoraConfig config) {
        var targets = new LoraTargets(architecture);
        Map<String, NDArray> trained = new LinkedHashMap<>();
        for (String module : targets.targets(config)) {
            Widths widths = Objects.requireNonNull(targets.linear().get(module));
            trained.put(module + AdapterConfig.A, drawn(config, module, widths));
            trained.put(module + AdapterConfig.B, scope.zeros(new Shape(widths.out(), config.rank())));
        }
        for (String name : targets.saved(config)) {
            trained.put(name, Objects.requireNonNull(base.get(name)));
        }
        return trained;
    }

    private NDArray drawn(LoraConfig config, String module, Widths widths) {
        // √(6 / ((1 + a²) · in))
        double bound = 1 / Math.sqrt((double) widths.in());
        Random random = new Random((long) SEED_STRIDE * config.seed() + module.hashCode());
        float[] values = new float[Math.toIntExact(config.rank() * widths.in())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return scope.create(values, new Shape(config.rank(), widths.in()));
    }

    /**
     * Those in an adapter's directory.
     *
     * @throws StudentException when one does not fit the base: another base's adapter
     */
    Map<String, NDArray> load(Path directory, AdapterConfig config) {
        Map<String, Widths> linear = new LoraTargets(architecture).linear();
        Map<String, NDArray> trained = new LinkedHashMap<>();
        try (SafetensorsReader file = SafetensorsReader.open(directory.resolve(AdapterConfig.WEIGHTS))) {
            for (String stored : file.tensors().keySet()) {
                String name = stored.startsWith(AdapterConfig.PREFIX)
                        ? stored.substring(AdapterConfig.PREFIX.length())
                        : stored;
                List<Long> expected = shape(name, config.rank(), linear);
                if (expected == null || !expected.equals(file.tensor(stored).shape())) {
                    throw new StudentException("the adapter's " + stored + " in " + file.place() + " has shape "
                            + file.tensor(stored).shape() + "; expected "
                            + (expected == null ? "no such tensor for this " : expected + " for this ")
                            + architecture.script() + " base: is it another's?");
                }
                NDArray array = TensorArrays.create(scope, file, stored);
                StudentWeights.requireFinite(file, stored, array);
                trained.put(name, array);
            }
            requirePairs(trained, file);
        }
        return trained;
    }

    private static void requirePairs(Map<String, NDArray> trained, SafetensorsReader file) {
        for (String name : trained.keySet()) {
            String other = name.endsWith(AdapterConfig.A)
                    ? name.replace(AdapterConfig.A, AdapterConfig.B)
                    : name.replace(AdapterConfig.B, AdapterConfig.A);
            if (!trained.containsKey(other)) {
                throw new StudentException(
                        "the adapter in " + file.place() + " has " + name + "; expected " + other + " beside it");
            }
        }
    }

    /** Null where the base has no such weight. */
    private @Nullable List<Long> shape(String name, int rank, Map<String, Widths> linear) {
        if (name.endsWith(AdapterConfig.A)) {
            Widths widths = linear.get(name.substring(0, name.length() - AdapterConfig.A.length()));
            return widths == null ? null : List.of((long) rank, widths.in());
        }
        if (name.endsWith(AdapterConfig.B)) {
            Widths widths = linear.get(name.substring(0, name.length() - AdapterConfig.B.length()));
            return widths == null ? null : List.of(widths.out(), (long) rank);
        }
        return architecture.parameters().get(name);
    }
}
