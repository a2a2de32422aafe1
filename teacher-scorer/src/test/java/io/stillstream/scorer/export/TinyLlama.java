package io.stillstream.scorer.export;

import io.stillstream.contract.codec.HalfFloats;
import io.stillstream.huggingface.config.PlainLlama;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.huggingface.safetensors.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A random Llama of a few thousand weights: as a directory for the exporter, and as plain arithmetic to compare with. */
record TinyLlama(PlainLlama config, Map<String, Tensor> tensors) {

    /** Numbers of a shape, for a test to change. */
    static final class Tensor {

        private final float[] values;
        private final long[] shape;

        Tensor(float[] values, long... shape) {
            this.values = values;
            this.shape = shape;
        }

        float[] values() {
            return values;
        }
    }

    static PlainLlama config(int heads, int keyValueHeads, boolean tiedEmbeddings) {
        return new PlainLlama(
                29, 24, 40, 3, heads, keyValueHeads, 8, 64, 1e-5f, 500_000, tiedEmbeddings, 1, List.of(2));
    }

    static TinyLlama random(PlainLlama config, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int hidden = config.hiddenSize();
        int queries = config.heads() * config.headDimension();
        int keys = config.keyValueHeads() * config.headDimension();
        tensors.put("model.embed_tokens.weight", matrix(random, config.vocabularySize(), hidden));
        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "model.layers." + layer + ".";
            tensors.put(name + "input_layernorm.weight", gains(random, hidden));
            tensors.put(name + "self_attn.q_proj.weight", matrix(random, queries, hidden));
            tensors.put(name + "self_attn.k_proj.weight", matrix(random, keys, hidden));
            tensors.put(name + "self_attn.v_proj.weight", matrix(random, keys, hidden));
            tensors.put(name + "self_attn.o_proj.weight", matrix(random, hidden, queries));
            tensors.put(name + "post_attention_layernorm.weight", gains(random, hidden));
            tensors.put(name + "mlp.gate_proj.weight", matrix(random, config.intermediateSize(), hidden));
            tensors.put(name + "mlp.up_proj.weight", matrix(random, config.intermediateSize(), hidden));
            tensors.put(name + "mlp.down_proj.weight", matrix(random, hidden, config.intermediateSize()));
        }
        tensors.put("model.norm.weight", gains(random, hidden));
        if (!config.tiedEmbeddings()) {
            tensors.put("lm_head.weight", matrix(random, config.vocabularySize(), hidden));
        }
        return new TinyLlama(config, tensors);
    }

    private static Tensor matrix(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * 0.4);
        }
        return new Tensor(values, rows, columns);
    }

    private static Tensor gains(Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (1 + random.nextGaussian() * 0.2);
        }
        return new Tensor(values, size);
    }

    /** The same model with every matrix (vectors too where {@code vectors}) as the type can hold it. */
    TinyLlama roundedTo(Dtype dtype, boolean vectors) {
        Map<String, Tensor> rounded = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            float[] values = tensor.values().clone();
            for (int i = 0; i < values.length && (vectors || tensor.shape.length == 2); i++) {
                values[i] = switch (dtype) {
                    case F16 -> HalfFloats.toFloat(HalfFloats.toHalf(values[i]));
                    case BF16 -> Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xffff0000);
                    default -> values[i];
                };
            }
            rounded.put(name, new Tensor(values, tensor.shape));
        });
        return new TinyLlama(config, rounded);
    }

    Path writeTo(Path directory, Dtype dtype) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), config.toJson().toString());
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        SafetensorsWriter.write(
                directory.resolve("model.safetensors"),
                tensors.entrySet().stream()
                        .map(entry -> data(entry.getKey(), entry.getValue(), dtype))
                        .toList(),
                Map.of("format", "pt"));
        return directory;
    }

    private static TensorData data(String name, Tensor tensor, Dtype dtype) {
        ByteBuffer bytes =
                ByteBuffer.allocate(tensor.values().length * dtype.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : tensor.values()) {
            switch (dtype) {
                case F16 -> bytes.putShort(HalfFloats.toHalf(value));
                case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                default -> bytes.putFloat(value);
            }
        }
        return new TensorData(new TensorInfo(name, dtype, tensor.shape), bytes.flip());
    }

    /** Logits [S][V] of one text, in double precision, one number at a time. */
    double[][] forward(long... tokens) {
        int length = tokens.length;
        double[][] hidden = new double[length][];
        for (int t = 0; t < length; t++) {
            hidden[t] = row("model.embed_tokens.weight", (int) tokens[t]);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "model.layers." + layer + ".";
            double[][] attended = attention(name, hidden);
            for (int t = 0; t < length; t++) {
                double[] sum = add(hidden[t], attended[t]);
                double[] x = normalise(sum, name + "post_attention_layernorm.weight");
                double[] gate = multiply(name + "mlp.gate_proj.weight", x);
                double[] up = multiply(name + "mlp.up_proj.weight", x);
                for (int i = 0; i < gate.length; i++) {
                    gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
                }
                hidden[t] = add(sum, multiply(name + "mlp.down_proj.weight", gate));
            }
        }
        String head = config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        double[][] logits = new double[length][];
        for (int t = 0; t < length; t++) {
            logits[t] = multiply(head, normalise(hidden[t], "model.norm.weight"));
        }
        return logits;
    }

    private double[][] attention(String name, double[][] hidden) {
        int length = hidden.length;
        int size = config.headDimension();
        double[][] queries = new double[length][];
        double[][] keys = new double[length][];
        double[][] values = new double[length][];
        for (int t = 0; t < length; t++) {
            double[] x = normalise(hidden[t], name + "input_layernorm.weight");
            queries[t] = rotate(multiply(name + "self_attn.q_proj.weight", x), t);
            keys[t] = rotate(multiply(name + "self_attn.k_proj.weight", x), t);
            values[t] = multiply(name + "self_attn.v_proj.weight", x);
        }
        double[][] attended = new double[length][];
        for (int t = 0; t < length; t++) {
            double[] mixed = new double[config.heads() * size];
            for (int head = 0; head < config.heads(); head++) {
                int shared = head / (config.heads() / config.keyValueHeads());
                double[] weights = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double score = 0;
                    for (int i = 0; i < size; i++) {
                        score += queries[t][head * size + i] * keys[s][shared * size + i];
                    }
                    weights[s] = Math.exp(score / Math.sqrt(size));
                    sum += weights[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < size; i++) {
                        mixed[head * size + i] += weights[s] / sum * values[s][shared * size + i];
                    }
                }
            }
            attended[t] = multiply(name + "self_attn.o_proj.weight", mixed);
        }
        return attended;
    }

    private double[] rotate(double[] heads, int position) {
        int size = config.headDimension();
        double[] rotated = new double[heads.length];
        for (int start = 0; start < heads.length; start += size) {
            for (int i = 0; i < size / 2; i++) {
                double angle = position * Math.pow(config.ropeTheta(), -2.0 * i / size);
                double first = heads[start + i];
                double second = heads[start + i + size / 2];
                rotated[start + i] = first * Math.cos(angle) - second * Math.sin(angle);
                rotated[start + i + size / 2] = second * Math.cos(angle) + first * Math.sin(angle);
            }
        }
        return rotated;
    }

    private double[] normalise(double[] x, String name) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double scale = 1 / Math.sqrt(squares / x.length + config.rmsNormEpsilon());
        double[] result = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            result[i] = x[i] * scale * tensors.get(name).values()[i];
        }
        return result;
    }

    private double[] multiply(String name, double[] x) {
        float[] weight = tensors.get(name).values();
        double[] result = new double[weight.length / x.length];
        for (int row = 0; row < result.length; row++) {
            for (int i = 0; i < x.length; i++) {
                result[row] += weight[row * x.length + i] * x[i];
            }
        }
        return result;
    }

    private double[] row(String name, int index) {
        double[] result = new double[config.hiddenSize()];
        for (int i = 0; i < result.length; i++) {
            result[i] = tensors.get(name).values()[index * result.length + i];
        }
        return result;
    }

    private static double[] add(double[] left, double[] right) {
        double[] sum = new double[left.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = left[i] + right[i];
        }
        return sum;
    }
}
