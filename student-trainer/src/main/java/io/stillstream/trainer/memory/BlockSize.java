package io.stillstream.trainer.memory;

import io.stillstream.huggingface.config.Architecture;
import io.stillstream.student.model.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the backward pass of one decoder block reads: the tensors that the forward pass keeps. They follow from the shapes of the
 * block's weights: the maps that join the residual stream come last in attention and in the feed-forward network, so their
 * inputs are the widths of both.
 *
 * @param weights numbers of its weights
 * @param maps those of its linear maps, biases aside
 * @param joins maps that join the residual stream: one for each attention, and the last one of the feed-forward network
 * @param attention width of all query heads
 * @param keyValue width of all key heads
 * @param feedForward width of the feed-forward network
 */
record BlockSize(
        long weights,
        long maps,
        int joins,
        long hidden,
        long attention,
        long keyValue,
        long feedForward,
        boolean gated,
        Norms norms,
        long heads,
        boolean cappedScores) {

    /** The number in the name of a block's weight, and what is before it. */
    private static final Pattern BLOCK = Pattern.compile("^(.*?\\.\\d+\\.)(.*)$");

    private static final List<String> JOINING = List.of(
            "o_proj.weight",
            "down_proj.weight",
            "c_proj.weight",
            "out_proj.weight",
            "fc2.weight",
            "attention.dense.weight",
            "dense_4h_to_h.weight");

    private static final int SINGLE = Float.BYTES;
    private static final int HALF = Short.BYTES;

    /**
     * The norms of a block.
     *
     * @param count over the residual stream
     * @param centred whether they are layer norms, which PyTorch keeps nothing of but their inputs
     * @param heads whether queries and keys have norms of their own
     */
    record Norms(int count, boolean centred, boolean heads) {}

    /** Every block of a decoder, in the order of its weights. */
    static List<BlockSize> of(Architecture architecture) {
        Map<String, Map<String, List<Long>>> blocks = new LinkedHashMap<>();
        architecture.parameters().forEach((name, shape) -> {
            Matcher matcher = BLOCK.matcher(name);
            if (matcher.matches()) {
                blocks.computeIfAbsent(matcher.group(1), block -> new LinkedHashMap<>())
                        .put(matcher.group(2), shape);
            }
        });
        return blocks.values().stream().map(block -> of(architecture, block)).toList();
    }

    private static BlockSize of(Architecture architecture, Map<String, List<Long>> shapes) {
        long hidden = architecture.dimensions().hidden();
        Map<String, Object> attributes = architecture.attributes();
        List<Long> joined = new ArrayList<>();
        long weights = 0;
        long maps = 0;
        long others = 0;
        int norms = 0;
        boolean centred = false;
        for (Map.Entry<String, List<Long>> weight : shapes.entrySet()) {
            List<Long> shape = weight.getValue();
            long numbers = numbers(shape);
            weights += numbers;
            if (shape.size() > 1) {
                maps += numbers;
                if (JOINING.stream().anyMatch(weight.getKey()::endsWith)) {
                    joined.add(numbers / hidden);
                } else {
                    others += numbers / hidden;
                }
            } else if (weight.getKey().endsWith(".weight") && shape.get(0) == hidden) {
                norms++;
                centred |= shapes.containsKey(weight.getKey().replace(".weight", ".bias"));
            }
        }
        long attention = joined.isEmpty() ? hidden : joined.get(0);
        long feedForward = joined.isEmpty() ? hidden : joined.get(joined.size() - 1);
        long heads = number(attributes, "heads", 1);
        long keyValue = attention * number(attributes, "key_value_heads", heads) / heads;
        int attentions = Math.max(1, joined.size() - 1);
        return new BlockSize(
                weights,
                maps,
                Math.max(joined.size(), 2),
                hidden,
                attention,
                keyValue,
                feedForward,
                others - attentions * (attention + 2 * keyValue) >= 2 * feedForward,
                new Norms(norms, centred, shapes.keySet().stream().anyMatch(name -> name.contains("q_norm"))),
                heads,
                attributes.get("score_cap") instanceof Double cap && cap > 0);
    }

    /**
     * Bytes that the block keeps for its backward pass.
     *
     * @param tokens of a micro-batch
     * @param length of its sequences
     */
    long kept(Precision precision, long tokens, long length) {
        boolean half = precision == Precision.BF16;
        int attentions = joins - 1;
        // Factors of products are rounded once for each map that reads them.
        long read = half ? HALF : SINGLE;
        long readers = half ? 3 : 1;
        long feedForwardReaders = half && gated ? 2 : 1;
        long bytes = (long) SINGLE * joins * hidden;
        bytes += SINGLE * (norms.centred() ? 0 : (long) norms.count() * hidden);
        bytes += (long) SINGLE * Math.max(0, norms.count() - joins) * hidden;
        bytes += read * (attentions * readers + feedForwardReaders) * hidden;
        bytes += norms.heads() ? SINGLE * 2 * (attention + keyValue) : 0;
        bytes += attentions * attention(half, read, length);
        long activations = gated ? 3 : 1;
        bytes += SINGLE * activations * feedForward + read * feedForward;
        return tokens * bytes + (half ? HALF * maps : 0);
    }

    private long attention(boolean half, long read, long length) {
        long keysAndValues = keyValue < attention ? 2 * attention : 2 * keyValue;
        long bytes = read * (attention + keysAndValues);
        if (cappedScores) {
            // tanh, softmax and what the product with the values reads.
            bytes += heads * length * (2 * SINGLE + (half ? HALF : 0));
            return bytes + read * attention;
        }
        // Its output, which the next map reads, once more where that rounds it; and the normaliser of each head.
        return bytes + read * attention * (half ? 2 : 1) + SINGLE * heads;
    }

    private static long number(Map<String, Object> attributes, String name, long otherwise) {
        return attributes.get(name) instanceof Integer number ? number : otherwise;
    }

    static long numbers(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
