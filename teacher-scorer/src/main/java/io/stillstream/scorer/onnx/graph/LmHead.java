package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The end of a decoder, from the last hidden state to the logits: the output projection and what follows it position by
 * position (a bias, a scale, a soft cap, a cast).
 *
 * <p>A decoder is split there so that logits {@code [T, V]} are never held whole: the backbone runs once over all positions and
 * its output is hidden states {@code [T, H]}, and the LM head runs over as many positions at a time as memory allows.
 *
 * @param rows the value {@code [B, S, H]} whose rows become logits; the logits themselves where no projection is found
 * @param nodes from {@code rows} to the logits, in order; none where the rows are the logits
 * @param runConstants values of the backbone that the nodes read as well, each the same for all positions of a run: the scale and zero
 *     point of a quantised activation
 */
public record LmHead(String rows, List<NodeProto> nodes, List<String> runConstants) {

    private static final String MATMUL = "MatMul";
    private static final String QUANTISED_MATMUL = "MatMulInteger";
    /** Of 4- and 8-bit weights in blocks; the runtime's own operator. */
    private static final String BLOCK_QUANTISED_MATMUL = "MatMulNBits";

    private static final Set<String> PRODUCTS = Set.of(MATMUL, QUANTISED_MATMUL, BLOCK_QUANTISED_MATMUL);

    public static LmHead of(GraphProto graph) {
        GraphValues values = new GraphValues(graph);
        Deque<NodeProto> nodes = new ArrayDeque<>();
        Set<String> runConstants = new LinkedHashSet<>();
        Set<String> passed = new HashSet<>();
        String value = DecoderSignature.LOGITS;
        // A value that is computed from itself has no first node.
        while (passed.add(value)) {
            NodeProto node = values.producer(value);
            int row = node == null ? -1 : rowInput(node, values);
            if (node == null || row < 0) {
                break;
            }
            nodes.addFirst(node);
            node.getInputList().stream()
                    .filter(input -> !input.equals(node.getInput(row)) && !values.isConstant(input))
                    .forEach(runConstants::add);
            value = node.getInput(row);
            if (PRODUCTS.contains(node.getOpType())) {
                return new LmHead(value, List.copyOf(nodes), List.copyOf(runConstants));
            }
        }
        return new LmHead(DecoderSignature.LOGITS, List.of(), List.of());
    }

    /** Whether an output projection was found, so that logits can be made a few positions at a time. */
    public boolean found() {
        return !nodes.isEmpty();
    }

    NodeProto projection() {
        return nodes.get(0);
    }

    /** Whether the weights lie in columns, {@code [H, V]}, and can be taken one by one. */
    boolean hasColumns() {
        return found() && projection().getOpType().equals(MATMUL);
    }

    /** Which input carries the positions, all others being the same for all positions; -1 where the operator mixes positions. */
    private static int rowInput(NodeProto node, GraphValues values) {
        String operator = node.getOpType();
        if (!PRODUCTS.contains(operator) && !GraphValues.ELEMENTWISE.contains(operator)) {
            return -1;
        }
        int[] varying = IntStream.range(0, node.getInputCount())
                .filter(input -> !values.isRunConstant(node.getInput(input)))
                .toArray();
        boolean known = varying.length == 1 && (varying[0] == 0 || !PRODUCTS.contains(operator));
        return known ? varying[0] : -1;
    }
}
