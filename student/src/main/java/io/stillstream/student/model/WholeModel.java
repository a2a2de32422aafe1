package io.stillstream.student.model;

import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A Hugging Face directory of all weights.
 *
 * @param stored what each weight was stored as, by its name in the file
 */
record WholeModel(TokenizerFiles tokenizerFiles, Map<String, Dtype> stored) implements StudentFormat {

    WholeModel {
        stored = Map.copyOf(stored);
    }

    @Override
    public void write(ModelOutput output, List<TensorData> tensors) throws IOException {
        tokenizerFiles.storedAs(Dtype.F32).write(output);
        WeightFiles.writeWidened(output, tensors, stored);
    }

    @Override
    public void writeAsStored(ModelOutput output, List<TensorData> tensors) throws IOException {
        tokenizerFiles.storedAs(usual()).write(output);
        WeightFiles.write(
                output,
                tensors.stream()
                        .map(tensor -> tensor.as(stored(tensor.info().name())))
                        .toList());
    }

    /** What most of the weights are stored as: the configuration names one type. */
    private Dtype usual() {
        return stored.values().stream()
                .collect(Collectors.groupingBy(type -> type, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(Dtype.F32);
    }

    private Dtype stored(String name) {
        return Objects.requireNonNull(stored.get(name), "every weight was stored");
    }
}
