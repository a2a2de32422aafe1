package io.stillstream.student.model;

import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.adapter.AdapterBase;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.tokenizer.TokenizerFiles;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;

/**
 * A PEFT adapter: its numbers are in single precision whatever the base is stored as.
 *
 * @param base sha256 of the base's weights
 */
record AdapterFormat(TokenizerFiles tokenizerFiles, AdapterConfig config, String base) implements StudentFormat {

    @Override
    public void write(ModelOutput output, List<TensorData> tensors) throws IOException {
        // With the base's config.json beside it, an adapter would be taken for a whole model.
        tokenizerFiles.without(DecoderConfig.FILE_NAME).write(output);
        output.write(AdapterConfig.FILE_NAME, config.toJson());
        output.write(AdapterBase.FILE_NAME, AdapterBase.toJson(base));
        try (WritableByteChannel channel = output.create(AdapterConfig.WEIGHTS)) {
            SafetensorsWriter.write(channel, tensors, Map.of("format", "pt"));
        }
    }

    @Override
    public void writeAsStored(ModelOutput output, List<TensorData> tensors) throws IOException {
        write(output, tensors);
    }
}
