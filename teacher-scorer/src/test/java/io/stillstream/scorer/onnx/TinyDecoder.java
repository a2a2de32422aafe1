package io.stillstream.scorer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A causal model small enough to be computed by hand: the hidden state of a position is the sum of the embeddings of all
 * tokens and positions up to it, and logits are its product with a matrix. Its cache holds the embeddings.
 *
 * <p>Its tokenizer splits text into letters: {@code a} is 1, {@code b} is 2, and so on; 0 ends a response.
 */
public final class TinyDecoder {

    public static final int VOCABULARY = 27;
    static final int WINDOW = 24;
    public static final int HIDDEN = 6;

    private final float[][] embeddings = random(VOCABULARY, 1);
    private int window = WINDOW;
    private float[][] positions = random(WINDOW, 2);
    private final float[][] projection = random(VOCABULARY, 3);
    private boolean cached = true;
    private boolean positionInput = true;
    private boolean external;
    private int opset = 18;
    private DataType logitsType = DataType.FLOAT;
    private boolean reshaped;
    private @Nullable String logitsToKeep;

    TinyDecoder withoutCache() {
        cached = false;
        return this;
    }

    /** Without position_ids a model cannot mask padding. */
    TinyDecoder withoutPositions() {
        positionInput = false;
        return this;
    }

    TinyDecoder withExternalData() {
        external = true;
        return this;
    }

    TinyDecoder withOpset(int version) {
        opset = version;
        return this;
    }

    TinyDecoder withLogitsOf(DataType type) {
        logitsType = type;
        return this;
    }

    /** Ends in an operator after which a position's logits cannot be told to depend on its own hidden state alone. */
    TinyDecoder withReshapedLogits() {
        reshaped = true;
        return this;
    }

    /** With an input that says for how many of the last positions to write logits, of this name; 1 unless it is fed. */
    TinyDecoder withLogitsToKeep(String input) {
        logitsToKeep = input;
        return this;
    }

    TinyDecoder withWindow(int tokens) {
        window = tokens;
        positions = random(tokens, 2);
        return this;
    }

    /** Makes every logit NaN that follows a letter. */
    TinyDecoder withNaNAfter(char letter) {
        embeddings[letter - 'a' + 1][0] = Float.NaN;
        return this;
    }

    /** Logits {@code [V]} after these tokens. */
    double[] logits(int[] ids) {
        double[] hidden = new double[HIDDEN];
        for (int t = 0; t < ids.length; t++) {
            for (int h = 0; h < HIDDEN; h++) {
                hidden[h] += embeddings[ids[t]][h] + (positionInput ? positions[t][h] : 0);
            }
        }
        double[] logits = new double[VOCABULARY];
        for (int v = 0; v < VOCABULARY; v++) {
            for (int h = 0; h < HIDDEN; h++) {
                logits[v] += hidden[h] * projection[v][h];
            }
        }
        return logits;
    }

    public Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.write(directory.resolve("model.onnx"), model(directory).toByteArray());
        Files.writeString(directory.resolve("config.json"), """
                {"max_position_embeddings": %d, "vocab_size": %d, "eos_token_id": [0]}""".formatted(window, VOCABULARY));
        StringBuilder vocabulary = new StringBuilder("\"</s>\": 0");
        for (char letter = 'a'; letter <= 'z'; letter++) {
            vocabulary.append(", \"").append(letter).append("\": ").append(letter - 'a' + 1);
        }
        Files.writeString(directory.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
                 "added_tokens": [{"id": 0, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
                                   "normalized": false, "special": true}],
                 "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": false},
                 "post_processor": null, "decoder": {"type": "Fuse"},
                 "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "</s>"}}""".formatted(vocabulary));
        return directory;
    }

    private ModelProto model(Path directory) throws IOException {
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
        GraphProto.Builder graph = model.getGraphBuilder().setName("tiny");
        OnnxGraph editor = OnnxGraph.appendTo(graph, opset);
        editor.input(DecoderSignature.INPUT_IDS, DataType.INT64, "batch", "sequence");
        editor.input(DecoderSignature.ATTENTION_MASK, DataType.INT64, "batch", "all");
        weights(graph, "embeddings", embeddings, directory);
        weights(graph, "projection", projection, directory);

        String embedded = editor.node("Gather", List.of("embeddings", DecoderSignature.INPUT_IDS));
        if (positionInput) {
            editor.input(DecoderSignature.POSITION_IDS, DataType.INT64, "batch", "sequence");
            weights(graph, "positions", positions, directory);
            embedded = editor.node(
                    "Add",
                    List.of(embedded, editor.node("Gather", List.of("positions", DecoderSignature.POSITION_IDS))));
        }
        // [B, 1, P + S, H], and the mask as [B, 1, P + S, 1]
        String present = editor.node("Unsqueeze", List.of(embedded, editor.integers(1L)));
        if (cached) {
            editor.input("past_key_values.0.key", DataType.FLOAT, "batch", 1, "past", HIDDEN);
            present = editor.node("Concat", List.of("past_key_values.0.key", present), OnnxGraph.attribute("axis", 2));
            editor.output("present.0.key", present, DataType.FLOAT, "batch", 1, "all", HIDDEN);
        }
        String mask = editor.node(
                "Cast", List.of(DecoderSignature.ATTENTION_MASK), OnnxGraph.attribute("to", DataType.FLOAT_VALUE));
        mask = editor.node("Unsqueeze", List.of(mask, editor.integers(1L)));
        mask = editor.node("Unsqueeze", List.of(mask, editor.integers(3L)));
        String sums = editor.node("CumSum", List.of(editor.node("Mul", List.of(present, mask)), editor.integers(2L)));
        // The last S of P + S positions.
        String length = editor.node(
                "Gather", List.of(editor.node("Shape", List.of(DecoderSignature.INPUT_IDS)), editor.integers(1L)));
        String hidden = editor.node(
                "Slice",
                List.of(
                        sums,
                        editor.node("Neg", List.of(length)),
                        editor.integers(Integer.MAX_VALUE),
                        editor.integers(2L)));
        hidden = editor.node("Squeeze", List.of(hidden, editor.integers(1L)));
        if (logitsToKeep != null) {
            // As transformers has it, where -0 is the first position.
            editor.input(logitsToKeep, DataType.INT64);
            editor.initializer(TensorProto.newBuilder()
                    .setName(logitsToKeep)
                    .setDataType(DataType.INT64_VALUE)
                    .addInt64Data(1));
            String first =
                    editor.node("Unsqueeze", List.of(editor.node("Neg", List.of(logitsToKeep)), editor.integers(0L)));
            hidden = editor.node(
                    "Slice", List.of(hidden, first, editor.integers(Integer.MAX_VALUE), editor.integers(1L)));
        }
        String transposed = editor.node("Transpose", List.of("projection"));
        graph.addNode(NodeProto.newBuilder()
                .setOpType("MatMul")
                .addInput(hidden)
                .addInput(transposed)
                .addOutput(logitsType == DataType.FLOAT && !reshaped ? DecoderSignature.LOGITS : "product"));
        if (reshaped) {
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Reshape")
                    .addInput("product")
                    .addInput(editor.integers(0, 0, VOCABULARY))
                    .addOutput(DecoderSignature.LOGITS));
        } else if (logitsType != DataType.FLOAT) {
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Cast")
                    .addInput("product")
                    .addOutput(DecoderSignature.LOGITS)
                    .addAttribute(OnnxGraph.attribute("to", logitsType.getNumber())));
        }
        graph.addOutput(OnnxGraph.value(DecoderSignature.LOGITS, logitsType, "batch", "sequence", VOCABULARY));
        // The editor's names are the derived graphs' too; a user's model has others.
        return renamed(model.build());
    }

    private static ModelProto renamed(ModelProto model) throws IOException {
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph = builder.getGraphBuilder();
        graph.getNodeBuilderList().forEach(node -> {
            List<String> inputs = new ArrayList<>(node.getInputList());
            List<String> outputs = new ArrayList<>(node.getOutputList());
            node.clearName();
            node.clearInput()
                    .addAllInput(inputs.stream().map(TinyDecoder::renamed).toList());
            node.clearOutput()
                    .addAllOutput(outputs.stream().map(TinyDecoder::renamed).toList());
        });
        graph.getInitializerBuilderList().forEach(each -> each.setName(renamed(each.getName())));
        return builder.build();
    }

    private static String renamed(String name) {
        return name.replace(OnnxGraph.PREFIX, "tiny.");
    }

    private void weights(GraphProto.Builder graph, String name, float[][] rows, Path directory) throws IOException {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.FLOAT_VALUE)
                .addDims(rows.length)
                .addDims(HIDDEN);
        if (external) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(rows.length * HIDDEN * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float[] row : rows) {
                for (float value : row) {
                    bytes.putFloat(value);
                }
            }
            Files.write(directory.resolve(name + ".bin"), bytes.array());
            tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(StringStringEntryProto.newBuilder()
                            .setKey("location")
                            .setValue(name + ".bin"));
        } else {
            for (float[] row : rows) {
                for (float value : row) {
                    tensor.addFloatData(value);
                }
            }
        }
        graph.addInitializer(tensor);
    }

    private static float[][] random(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] values = new float[rows][HIDDEN];
        for (float[] row : values) {
            for (int h = 0; h < HIDDEN; h++) {
                row[h] = (float) random.nextDouble(-1, 1);
            }
        }
        return values;
    }
}
