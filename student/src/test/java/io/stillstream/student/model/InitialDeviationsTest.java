package io.stillstream.student.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.student.FamilyGolden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InitialDeviationsTest {

    private static final int HIDDEN = 64;
    private static final int INNER = 256;
    private static final int HEAD = 16;
    private static final int HEADS = 2;
    private static final double FACTOR = 0.5;

    @TempDir
    private Path directory;

    /** As transformers 5.18's T5PreTrainedModel._init_weights draws them, which MT5's repeats. */
    @Test
    void weights_ofT5_haveTheDeviationsOfTransformers() throws IOException {
        Map<String, float[]> weights = weights("mt5");
        Map<String, Double> expected = new LinkedHashMap<>();
        expected.put("shared.weight", FACTOR);
        expected.put("lm_head.weight", FACTOR);
        for (String attention : List.of(
                "encoder.block.0.layer.0.SelfAttention",
                "decoder.block.0.layer.0.SelfAttention",
                "decoder.block.1.layer.1.EncDecAttention")) {
            expected.put(attention + ".q.weight", FACTOR / Math.sqrt(HIDDEN * HEAD));
            expected.put(attention + ".k.weight", FACTOR / Math.sqrt(HIDDEN));
            expected.put(attention + ".v.weight", FACTOR / Math.sqrt(HIDDEN));
            expected.put(attention + ".o.weight", FACTOR / Math.sqrt(HEADS * HEAD));
        }
        expected.put(
                "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", FACTOR / Math.sqrt(HIDDEN));
        expected.put("decoder.block.0.layer.2.DenseReluDense.wi_0.weight", FACTOR / Math.sqrt(HIDDEN));
        expected.put("encoder.block.1.layer.1.DenseReluDense.wi_1.weight", FACTOR / Math.sqrt(HIDDEN));
        expected.put("encoder.block.1.layer.1.DenseReluDense.wo.weight", FACTOR / Math.sqrt(INNER));
        expected.forEach((name, deviation) -> {
            assertThat(weights).containsKey(name);
            float[] values = weights.get(name);
            // The deviation of n normal numbers deviates by 1 / √(2 n) of itself; five times that.
            assertThat(deviation(values))
                    .as(name)
                    .isCloseTo(deviation, within(5 * deviation / Math.sqrt(2.0 * values.length)));
        });
        assertThat(weights.get("encoder.final_layer_norm.weight")).containsOnly((float) FACTOR);
    }

    @Test
    void weights_ofADecoder_areSmallerWhereABlockAddsToTheStream() throws IOException {
        Map<String, float[]> weights = weights("llama");
        float[] joining = weights.get("model.layers.0.mlp.down_proj.weight");
        float[] other = weights.get("model.layers.0.mlp.up_proj.weight");
        assertThat(deviation(other)).isCloseTo(0.02, within(5 * 0.02 / Math.sqrt(2.0 * other.length)));
        assertThat(deviation(joining)).isCloseTo(0.01, within(5 * 0.01 / Math.sqrt(2.0 * joining.length)));
        assertThat(weights.get("model.norm.weight")).containsOnly(1f);
    }

    /** Fresh weights of a family's tiny model with these sizes. */
    private Map<String, float[]> weights(String family) throws IOException {
        Path model = FamilyGolden.model(family, directory.resolve(family));
        ObjectNode json = (ObjectNode)
                new ObjectMapper().readTree(model.resolve("config.json").toFile());
        if (json.has("d_model")) {
            json.put("d_model", HIDDEN).put("d_ff", INNER).put("d_kv", HEAD).put("num_heads", HEADS);
            json.put("num_layers", 2).put("num_decoder_layers", 2).put("initializer_factor", FACTOR);
            json.put("tie_word_embeddings", false);
        } else {
            json.put("num_hidden_layers", 2).remove("initializer_range");
        }
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (TensorData tensor : StudentInitializer.weights(json, DecoderConfig.parse(json, List.of()), 3)) {
            weights.put(tensor.info().name(), floats(tensor));
        }
        return weights;
    }

    private static float[] floats(TensorData tensor) {
        int size = 0;
        float[] values = new float[(int) (tensor.info().byteSize() / Float.BYTES)];
        for (ByteBuffer slice : tensor.slices()) {
            var floats = slice.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            int count = floats.remaining();
            floats.get(values, size, count);
            size += count;
        }
        return values;
    }

    private static double deviation(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum / values.length);
    }
}
