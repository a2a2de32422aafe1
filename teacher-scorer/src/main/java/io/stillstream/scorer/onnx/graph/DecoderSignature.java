package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.stillstream.scorer.ScorerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a decoder's inputs and outputs are.
 *
 * @param integerInputs element types of {@code input_ids} and, where the model has them, {@code attention_mask} and
 *     {@code position_ids}
 * @param past the key-value cache; empty for models that have none
 * @param vocabularySize the logits' last dimension, where the graph states it
 * @param mixesRows whether activations are quantised with one scale for a whole run, so that the values of a text depend
 *     on the others of its run
 * @param fusedAttention whether attention is one of the runtime's own operators, which count a row's cache by its mask and
 *     so want no padding in it
 */
public record DecoderSignature(
        Map<String, Integer> integerInputs,
        List<PastTensor> past,
        OptionalInt vocabularySize,
        boolean mixesRows,
        boolean fusedAttention) {

    public static final String INPUT_IDS = "input_ids";
    public static final String ATTENTION_MASK = "attention_mask";
    public static final String POSITION_IDS = "position_ids";
    public static final String LOGITS = "logits";

    private static final String DYNAMIC_QUANTISATION = "DynamicQuantize";
    private static final String RUNTIME_DOMAIN = "com.microsoft";
    private static final String ATTENTION = "Attention";

    private static final String PAST_PREFIX = "past_key_values.";
    private static final String PRESENT_PREFIX = "present";

    /**
     * One tensor of the key-value cache.
     *
     * @param input the name it is fed as
     * @param output the name it comes out as, longer by the tokens of the run
     * @param elementType as in {@link TensorProto.DataType}
     * @param dimensions fixed sizes; 0 where the size varies. The first is the batch
     */
    public record PastTensor(String input, String output, int elementType, List<Long> dimensions) {

        /** The shape of a cache of no tokens. */
        public long[] emptyShape(int batch) {
            long[] shape = dimensions.stream().mapToLong(Long::longValue).toArray();
            shape[0] = batch;
            return shape;
        }
    }

    /** @throws ScorerException when the graph is no decoder that can be run, naming the file */
    static DecoderSignature of(GraphProto graph, Path file) {
        Set<String> initializers = new HashSet<>();
        graph.getInitializerList().forEach(initializer -> initializers.add(initializer.getName()));

        Map<String, Integer> integerInputs = new LinkedHashMap<>();
        List<PastTensor> past = new ArrayList<>();
        List<String> unsupported = new ArrayList<>();
        for (ValueInfoProto input : graph.getInputList()) {
            int type = input.getType().getTensorType().getElemType();
            String name = input.getName();
            if (initializers.contains(name)) {
                continue;
            }
            if (Set.of(INPUT_IDS, ATTENTION_MASK, POSITION_IDS).contains(name) && isInteger(type)) {
                integerInputs.put(name, type);
            } else if (name.startsWith(PAST_PREFIX)) {
                past.add(new PastTensor(name, presentOf(name, graph, file), type, dimensions(input)));
            } else {
                unsupported.add(name);
            }
        }
        if (!unsupported.isEmpty()) {
            throw new ScorerException(file + " has inputs that are not supported: " + String.join(", ", unsupported)
                    + "; export a decoder with input_ids, attention_mask, position_ids and past_key_values.* only");
        }
        if (!integerInputs.containsKey(INPUT_IDS)) {
            throw new ScorerException(file + " has no input input_ids; export it as a causal language model");
        }
        return new DecoderSignature(
                Map.copyOf(integerInputs),
                List.copyOf(past),
                vocabularySize(graph, file),
                graph.getNodeList().stream().anyMatch(node -> node.getOpType().startsWith(DYNAMIC_QUANTISATION)),
                graph.getNodeList().stream()
                        .anyMatch(node -> node.getDomain().equals(RUNTIME_DOMAIN)
                                && node.getOpType().endsWith(ATTENTION)));
    }

    boolean has(String input) {
        return integerInputs.containsKey(input);
    }

    public boolean cached() {
        return !past.isEmpty();
    }

    /** Whether padding can be masked, in the cache too: a batch may then hold texts of any lengths. */
    public boolean masksPadding() {
        return has(ATTENTION_MASK) && has(POSITION_IDS) && !fusedAttention && !mixesRows;
    }

    /** Whether a run over several positions can continue from a cache. */
    public boolean continuesFromCache() {
        return cached() && masksPadding();
    }

    private static boolean isInteger(int type) {
        return type == TensorProto.DataType.INT64_VALUE || type == TensorProto.DataType.INT32_VALUE;
    }

    /** {@code present.0.key} for {@code past_key_values.0.key}, whatever the exporter puts between. */
    private static String presentOf(String past, GraphProto graph, Path file) {
        String suffix = past.substring(PAST_PREFIX.length() - 1);
        return graph.getOutputList().stream()
                .map(ValueInfoProto::getName)
                .filter(name -> name.startsWith(PRESENT_PREFIX) && name.endsWith(suffix))
                .findFirst()
                .orElseThrow(() -> new ScorerException(file + " has no output present" + suffix + " for its input "
                        + past + "; export it again with its cache"));
    }

    private static List<Long> dimensions(ValueInfoProto value) {
        return value.getType().getTensorType().getShape().getDimList().stream()
                .map(TensorShapeProto.Dimension::getDimValue)
                .toList();
    }

    private static OptionalInt vocabularySize(GraphProto graph, Path file) {
        ValueInfoProto logits = graph.getOutputList().stream()
                .filter(output -> output.getName().equals(LOGITS))
                .findFirst()
                .orElseThrow(() ->
                        new ScorerException(file + " has no output logits; export it as a causal language model"));
        List<Long> dimensions = dimensions(logits);
        long last = dimensions.isEmpty() ? 0 : dimensions.get(dimensions.size() - 1);
        return last > 0 ? OptionalInt.of((int) last) : OptionalInt.empty();
    }
}
