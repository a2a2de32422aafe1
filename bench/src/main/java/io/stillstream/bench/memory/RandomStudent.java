package io.stillstream.bench.memory;

import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.Dtype;
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
import java.util.SplittableRandom;

/** Writes decoders of any size with random weights, slice by slice: no more memory than one slice. */
final class RandomStudent {

    /** About what decoders are initialised with. */
    private static final float RANGE = 0.04f;

    private RandomStudent() {}

    /** @param config the text of a config.json */
    static void write(Path directory, String config) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(DecoderConfig.FILE_NAME), config);
        List<TensorData> tensors = new ArrayList<>();
        DecoderConfig.read(directory).architecture().parameters().forEach((name, shape) -> {
            TensorInfo info = new TensorInfo(name, Dtype.F32, shape);
            tensors.add(new TensorData(
                    info,
                    () -> info.slices().stream()
                            .map(slice -> numbers(slice.size(), shape.size() == 1))
                            .iterator()));
        });
        WeightFiles.write(ModelOutput.to(directory), tensors);
    }

    private static ByteBuffer numbers(int size, boolean gain) {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        SplittableRandom random = new SplittableRandom(size);
        while (bytes.hasRemaining()) {
            bytes.putFloat(gain ? 1 : (float) (random.nextDouble() - 0.5) * RANGE);
        }
        return bytes.flip();
    }
}
