package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.Heads;
import io.stillstream.huggingface.config.Rope;
import io.stillstream.scorer.export.weights.ModelWeights;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.util.List;

/** What the families share, drawn into one graph. */
record Parts(
        OnnxGraph graph,
        ModelWeights checkpoint,
        WeightTensors tensors,
        GraphInputs inputs,
        Linears linears,
        ScoreBias scoreBias) {

    static Parts of(OnnxGraph graph, ModelWeights checkpoint, WeightTensors tensors, boolean withPast) {
        GraphInputs inputs = new GraphInputs(graph, withPast);
        return new Parts(
                graph,
                checkpoint,
                tensors,
                inputs,
                new Linears(graph, checkpoint, tensors),
                new ScoreBias(graph, inputs));
    }

    Norms norms(double epsilon) {
        return new Norms(graph, checkpoint, tensors, epsilon);
    }

    Attention attention(Heads heads, double softCap) {
        return new Attention(graph, tensors, inputs, heads, softCap);
    }

    /** @param name of its constants */
    Rotary rotary(Rope rope, String positions, Heads heads, String name) {
        return new Rotary(graph, tensors, inputs, rope, positions, heads.dimension(), name);
    }

    String sum(String one, String other) {
        return graph.node("Add", List.of(one, other));
    }
}
