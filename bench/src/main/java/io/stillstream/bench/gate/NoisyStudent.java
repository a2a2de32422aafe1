package io.stillstream.bench.gate;

import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.huggingface.safetensors.WeightFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Writes copies of a student whose weights have Gaussian noise. */
public final class NoisyStudent {

    private NoisyStudent() {}

    /** @param scale of the noise, in each tensor's own root mean square; 0 for a copy as it is */
    public static Path write(Path source, Path target, double scale, long seed) throws IOException {
        Files.createDirectories(target);
        Random random = new Random(seed);
        List<TensorData> tensors = new ArrayList<>();
        try (SafetensorsReader reader = SafetensorsReader.ofModel(source)) {
            for (TensorInfo stored : reader.tensors().values()) {
                float[] values = reader.floats(stored.name());
                double squares = 0;
                for (float value : values) {
                    squares += (double) value * value;
                }
                double deviation = scale * Math.sqrt(squares / values.length);
                ByteBuffer bytes =
                        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                for (float value : values) {
                    bytes.putFloat((float) (value + deviation * random.nextGaussian()));
                }
                bytes.flip();
                tensors.add(new TensorData(
                        new TensorInfo(stored.name(), Dtype.F32, stored.shape()),
                        () -> List.of(bytes.duplicate()).iterator()));
            }
        }
        for (String name : List.of("config.json", "generation_config.json", "tokenizer.json")) {
            if (Files.exists(source.resolve(name))) {
                Files.copy(source.resolve(name), target.resolve(name));
            }
        }
        WeightFiles.write(ModelOutput.to(target), tensors);
        return target;
    }
}
