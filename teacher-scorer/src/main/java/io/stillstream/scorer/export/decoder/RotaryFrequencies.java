package io.stillstream.scorer.export.decoder;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.huggingface.config.Rope;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * The frequencies of a rotary embedding: the angle by which each number of a head turns from one position to the next, those of
 * the first half again for the second.
 *
 * <p>Those of the kinds dynamic and longrope depend on the length of the text. The graph computes them for each text of a
 * batch from its own real tokens, so that what a text gets does not depend on those beside it; transformers takes the longest
 * of the batch. A cache is refused: its keys would have been turned by the frequencies of a shorter text.
 */
final class RotaryFrequencies {

    private static final String DYNAMIC = "dynamic";
    private static final String LONGROPE = "longrope";

    private final OnnxGraph graph;
    private final WeightTensors tensors;
    private final GraphInputs inputs;
    private final Rope rope;

    RotaryFrequencies(OnnxGraph graph, WeightTensors tensors, GraphInputs inputs, Rope rope) {
        this.graph = graph;
        this.tensors = tensors;
        this.inputs = inputs;
        this.rope = rope;
    }

    /**
     * {@code [R]}, or {@code [B, 1, 1, R]} where they depend on the text.
     *
     * @throws ScorerException when they depend on the text, and the graph has a cache
     */
    String draw(String name) {
        boolean byLength = rope.kind().equals(DYNAMIC) || rope.kind().equals(LONGROPE);
        if (byLength && inputs.withPast()) {
            throw new ScorerException("config.json: rope_type is '" + rope.kind()
                    + "': its frequencies depend on the length of the whole text, so that keys cached from its beginning"
                    + " are not those of the whole; expected an export with --no-past");
        }
        return switch (rope.kind()) {
            case DYNAMIC -> dynamic(name);
            case LONGROPE -> longrope(name);
            default -> vector(name, this::frequency);
        };
    }

    /** A base that grows with the text beyond the original length: θ · stretch^(R / (R − 2)), NTK-aware. */
    private String dynamic(String name) {
        float perToken = (float) (rope.factor() / rope.original());
        String length = graph.node("Max", List.of(lengths(), graph.scalar((float) rope.original())));
        String stretch = graph.node(
                "Sub", List.of(graph.node("Mul", List.of(length, graph.scalar(perToken))), graph.scalar((float)
                        (rope.factor() - 1))));
        String exponents = vector(name + ".exponents", i -> -2.0 * i / (rope.dimension() - 2));
        return graph.node(
                "Mul", List.of(vector(name, this::unstretched), graph.node("Pow", List.of(stretch, exponents))));
    }

    /** A factor for each frequency, others for texts beyond the original length (Ding et al., 2024). */
    private String longrope(String name) {
        String beyond = graph.node("Greater", List.of(lengths(), graph.scalar((float) rope.original())));
        return graph.node(
                "Where",
                List.of(
                        beyond,
                        vector(
                                name + ".long",
                                i -> unstretched(i) / rope.longFactors().get(i)),
                        vector(
                                name + ".short",
                                i -> unstretched(i) / rope.shortFactors().get(i))));
    }

    /** Real tokens of each text, {@code [B, 1, 1, 1]}. */
    private String lengths() {
        String count = graph.node("ReduceSum", List.of(inputs.attentionMask(), graph.integers(1)));
        return graph.cast(graph.node("Unsqueeze", List.of(count, graph.integers(2, 3))), DataType.FLOAT);
    }

    private String vector(String name, IntToDoubleFunction ofPair) {
        float[] values = new float[rope.dimension()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ofPair.applyAsDouble(i % (values.length / 2));
        }
        return tensors.vector(name, values);
    }

    private double unstretched(int i) {
        return Math.pow(rope.theta(), -2.0 * i / rope.dimension());
    }

    private double frequency(int i) {
        double unstretched = unstretched(i);
        double stretched = unstretched / rope.factor();
        return switch (rope.kind()) {
            case Rope.DEFAULT -> unstretched;
            case "linear" -> stretched;
            case "llama3" ->
                mix(stretched, unstretched, (turns(unstretched) - rope.slow()) / (rope.fast() - rope.slow()));
            case "yarn" -> mix(unstretched, stretched, ramp(i));
            default -> throw new ScorerException("export-onnx does not draw rope_type '" + rope.kind() + "'");
        };
    }

    private static double mix(double from, double to, double share) {
        double bounded = Math.min(1, Math.max(0, share));
        return from + bounded * (to - from);
    }

    /** How often a pair turns within the original length. */
    private double turns(double frequency) {
        return rope.original() * frequency / (2 * Math.PI);
    }

    /** From 0 where pairs turn `fast` times to 1 where they turn `slow` times. */
    private double ramp(int i) {
        double low = index(rope.fast());
        double high = index(rope.slow());
        if (rope.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, rope.dimension() - 1);
        // As the reference does where the range is empty.
        return (i - low) / (low == high ? 0.001 : high - low);
    }

    private double index(double turns) {
        return rope.dimension() * Math.log(rope.original() / (turns * 2 * Math.PI)) / (2 * Math.log(rope.theta()));
    }
}
