package io.stillstream.student.lora;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.adapter.AdapterBase;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.StoredNames;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import io.stillstream.student.StudentException;
import io.stillstream.student.lora.LoraTargets.Widths;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A base and an adapter as one model: W + s B A for each linear map with an adapter, in the type that W is stored in. One tensor
 * at a time is in memory.
 */
public final class AdapterMerge {

    private final Path adapter;
    private final AdapterConfig config;

    /**
     * @param adapter a directory
     * @throws StudentException when it holds no adapter
     */
    public AdapterMerge(Path adapter) {
        this.adapter = adapter;
        if (!Files.isRegularFile(adapter.resolve(AdapterConfig.FILE_NAME))) {
            throw new StudentException("no " + AdapterConfig.FILE_NAME + " in " + adapter
                    + "; expected the directory of a LoRA adapter as PEFT writes it");
        }
        try {
            this.config = AdapterConfig.read(adapter);
        } catch (HuggingFaceException e) {
            throw new StudentException("the adapter cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The directory that the adapter names as its base.
     *
     * @throws StudentException when it is not there
     */
    public Path base() {
        try {
            return config.baseOf(adapter);
        } catch (HuggingFaceException e) {
            throw new StudentException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Writes a Hugging Face directory.
     *
     * @param base the directory of the whole model
     * @param out created when missing; weights that are there are removed
     * @throws StudentException when the adapter does not fit the base
     */
    public void write(Path base, Path out) {
        try (SafetensorsReader weights = SafetensorsReader.ofModel(base);
                SafetensorsReader trained = SafetensorsReader.open(adapter.resolve(AdapterConfig.WEIGHTS))) {
            Architecture architecture = DecoderConfig.read(adapter, base).architecture();
            AdapterBase.require(adapter, base, WeightFiles.sha256(base));
            if (Files.exists(out) && (Files.isSameFile(out, base) || Files.isSameFile(out, adapter))) {
                throw new StudentException(out + " is to be written and is read; expected another directory");
            }
            List<TensorData> merged = merged(architecture, weights, trained);
            Files.createDirectories(out);
            WeightFiles.remove(out);
            TokenizerFiles.read(base).with(TokenizerFiles.read(adapter)).write(ModelOutput.to(out));
            WeightFiles.write(ModelOutput.to(out), merged);
        } catch (HuggingFaceException | IOException e) {
            throw new StudentException("the adapter could not be merged: " + e.getMessage(), e);
        }
    }

    private List<TensorData> merged(Architecture architecture, SafetensorsReader weights, SafetensorsReader trained) {
        StoredNames names = StoredNames.of(architecture, weights.tensors().keySet());
        Map<String, Widths> linear = new LoraTargets(architecture).linear();
        Set<String> unused = new HashSet<>(trained.tensors().keySet());
        List<TensorData> tensors = new ArrayList<>();
        for (String stored : weights.tensors().keySet()) {
            String name = architecture.parameters().containsKey(stored) ? stored : names.whole(stored);
            String module = AdapterConfig.PREFIX + name.substring(0, Math.max(0, name.lastIndexOf('.')));
            String whole = AdapterConfig.PREFIX + name;
            Widths widths = linear.get(module.substring(AdapterConfig.PREFIX.length()));
            if (widths != null && name.endsWith(".weight") && unused.remove(module + AdapterConfig.A)) {
                unused.remove(module + AdapterConfig.B);
                requireShape(trained, module + AdapterConfig.A, List.of((long) config.rank(), widths.in()));
                requireShape(trained, module + AdapterConfig.B, List.of(widths.out(), (long) config.rank()));
                tensors.add(lazily(
                        weights, stored, () -> sum(weights.floats(stored), trained, module, widths, architecture)));
            } else if (unused.remove(whole)) {
                requireShape(trained, whole, weights.tensor(stored).shape());
                tensors.add(lazily(weights, stored, () -> trained.floats(whole)));
            } else {
                tensors.add(weights.data(stored));
            }
        }
        if (!unused.isEmpty()) {
            throw new StudentException("the adapter in " + trained.place() + " has "
                    + unused.stream().sorted().findFirst().orElseThrow() + "; expected no such tensor for the base "
                    + weights.place() + ": is it another's?");
        }
        return tensors;
    }

    /** Numbers that are computed when the tensor is written, in the type that the base has there. */
    private static TensorData lazily(SafetensorsReader weights, String stored, Numbers numbers) {
        TensorInfo info = weights.tensor(stored);
        TensorInfo single = new TensorInfo(stored, Dtype.F32, info.shape());
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        Iterable<ByteBuffer> slices = () ->
                TensorData.ofFloats(stored, numbers.compute(), shape).slices().iterator();
        return new TensorData(single, slices).as(info.dtype());
    }

    /** A tensor's, row-major. */
    private interface Numbers {

        float[] compute();
    }

    /** W + s B A, in place; sums over the rank are in double precision. */
    private float[] sum(float[] w, SafetensorsReader trained, String module, Widths widths, Architecture architecture) {
        float[] a = trained.floats(module + AdapterConfig.A);
        float[] b = trained.floats(module + AdapterConfig.B);
        int in = Math.toIntExact(widths.in());
        int out = Math.toIntExact(widths.out());
        int rank = config.rank();
        double[] row = new double[in];
        for (int o = 0; o < out; o++) {
            Arrays.fill(row, 0);
            for (int r = 0; r < rank; r++) {
                double factor = config.scaling() * b[o * rank + r];
                for (int i = 0; i < in; i++) {
                    row[i] += factor * a[r * in + i];
                }
            }
            for (int i = 0; i < in; i++) {
                int index = architecture.transposedMaps() ? i * out + o : o * in + i;
                w[index] = (float) (w[index] + row[i]);
            }
        }
        return w;
    }

    private void requireShape(SafetensorsReader trained, String name, List<Long> expected) {
        List<Long> found =
                trained.tensors().containsKey(name) ? trained.tensor(name).shape() : List.of();
        if (!found.equals(expected)) {
            throw new StudentException("the adapter's " + name + " in " + trained.place() + " has shape " + found
                    + "; expected " + expected + " for its base: is it another's?");
        }
    }
}
