package io.stillstream.huggingface.config;

import io.stillstream.huggingface.HuggingFaceException;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** What differs from layer to layer. */
final class Layers {

    static final String FULL = "full_attention";
    static final String WINDOWED = "sliding_attention";

    private Layers() {}

    /** The same for every layer. */
    static List<Boolean> all(int layers, boolean value) {
        return Collections.nCopies(layers, value);
    }

    /** As scripts read it: TorchScript archives have lists of integers, and none of booleans. */
    static int[] flags(List<Boolean> values) {
        return values.stream().mapToInt(value -> value ? 1 : 0).toArray();
    }

    /** How many positions attention sees, or 0 where there is no window. */
    static int window(ConfigReader config) {
        return config.has("sliding_window") ? requireWindow(config.required("sliding_window")) : 0;
    }

    static int requireWindow(int window) {
        Dimensions.requirePositive("sliding_window", window);
        return window;
    }

    /**
     * Which layers have the window.
     *
     * @param window whether there is one
     * @param otherwise which layers have it where {@code layer_types} does not say so
     */
    static List<Boolean> windowed(ConfigReader config, int layers, boolean window, IntPredicate otherwise) {
        if (!config.has("layer_types")) {
            return IntStream.range(0, layers).mapToObj(otherwise::test).toList();
        }
        List<Boolean> windowed = config.layerTypes(layers, FULL, WINDOWED);
        if (!window && windowed.contains(true)) {
            throw new HuggingFaceException("layer_types names " + WINDOWED + " and there is no sliding_window in use;"
                    + " expected one, or " + FULL + " alone");
        }
        return windowed;
    }
}
