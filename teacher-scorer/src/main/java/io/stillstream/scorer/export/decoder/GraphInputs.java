package io.stillstream.scorer.export.decoder;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.huggingface.config.Heads;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.util.ArrayList;
import java.util.List;

/** What a decoder's graph takes and gives, under the names that exports of decoders usually have. */
final class GraphInputs {

    private static final String BATCH = "batch_size";
    private static final String NEW_TOKENS = "sequence_length";
    private static final String PAST_TOKENS = "past_sequence_length";
    private static final String PAST_AND_NEW_TOKENS = "past_sequence_length + sequence_length";

    private final OnnxGraph graph;
    private final boolean withPast;
    private final String ids;
    private final String attentionMask;
    private final List<Runnable> presents = new ArrayList<>();

    GraphInputs(OnnxGraph graph, boolean withPast) {
        this.graph = graph;
        this.withPast = withPast;
        this.ids = graph.input("input_ids", DataType.INT64, BATCH, NEW_TOKENS);
        this.attentionMask =
                graph.input("attention_mask", DataType.INT64, BATCH, withPast ? PAST_AND_NEW_TOKENS : NEW_TOKENS);
    }

    /** {@code [B, S]}. */
    String ids() {
        return ids;
    }

    /** {@code [B, T]}: 1 for real tokens, 0 for padding, those of the cache first. */
    String attentionMask() {
        return attentionMask;
    }

    boolean withPast() {
        return withPast;
    }

    /** The place of each new token in its text, {@code [B, S]}. To be asked for once, by a family that has positions. */
    String positions() {
        return withPast ? graph.input("position_ids", DataType.INT64, BATCH, NEW_TOKENS) : placesOfAll();
    }

    /** The place of each token in its text, {@code [B, T]}. Padding on the left does not count: the first real token is at 0. */
    String placesOfAll() {
        return graph.node("CumSum", List.of(attentionMask, graph.scalar(1L)), OnnxGraph.attribute("exclusive", 1));
    }

    /** Keys or values of all tokens, {@code [B, K, T, D]}, of those of the new ones: earlier ones come first. */
    String withPast(String added, int layer, String part, Heads heads) {
        if (!withPast) {
            return added;
        }
        int count = heads.keyValue();
        int dimension = heads.dimension();
        String past = graph.input(
                "past_key_values." + layer + "." + part, DataType.FLOAT, BATCH, count, PAST_TOKENS, dimension);
        String present = "present." + layer + "." + part;
        // Logits are the first output.
        presents.add(() -> graph.output(present, DataType.FLOAT, BATCH, count, PAST_AND_NEW_TOKENS, dimension));
        return graph.nodeNamed(present, "Concat", List.of(past, added), OnnxGraph.attribute("axis", 2));
    }

    /** Declares the outputs: the value that is called logits, {@code [B, S, V]}, and the cache. */
    void outputs(String logits, int vocabulary) {
        graph.output(logits, DataType.FLOAT, BATCH, NEW_TOKENS, vocabulary);
        presents.forEach(Runnable::run);
    }
}
