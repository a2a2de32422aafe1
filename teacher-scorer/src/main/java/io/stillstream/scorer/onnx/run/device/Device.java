package io.stillstream.scorer.onnx.run.device;

import io.stillstream.scorer.ScorerException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the model runs.
 *
 * @param cuda the GPU's index; empty for the CPU
 */
public record Device(OptionalInt cuda) {

    private static final Pattern CUDA = Pattern.compile("cuda:(\\d{1,3})");

    public static Device parse(String name) {
        if (name.equals("cpu")) {
            return new Device(OptionalInt.empty());
        }
        Matcher matcher = CUDA.matcher(name);
        if (!matcher.matches()) {
            throw new ScorerException("device is '" + name + "'; expected cpu or cuda:N, as in cuda:0");
        }
        return new Device(OptionalInt.of(Integer.parseInt(matcher.group(1))));
    }

    @Override
    public String toString() {
        return cuda.isPresent() ? "cuda:" + cuda.getAsInt() : "cpu";
    }
}
