package io.stillstream.scorer.onnx.run.device;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A graph's quantised operators, and what the CPU multiplies their numbers with. */
public final class QuantisedOperators {

    /** Operators whose activations are 8-bit integers too, or that make such activations. */
    private static final Set<String> BYTE_ACTIVATIONS = Set.of(
            "QuantizeLinear",
            "DynamicQuantizeLinear",
            "MatMulInteger",
            "MatMulIntegerToFloat",
            "DynamicQuantizeMatMul",
            "QLinearMatMul",
            "QGemm",
            "QAttention");

    /** Operators whose weights alone are integers. */
    private static final Set<String> WEIGHTS_ONLY = Set.of("DequantizeLinear", "MatMulNBits", "GatherBlockQuantized");

    private final Map<String, Long> counts;

    private QuantisedOperators(Map<String, Long> counts) {
        this.counts = counts;
    }

    public static QuantisedOperators of(GraphProto graph) {
        return new QuantisedOperators(graph.getNodeList().stream()
                .map(NodeProto::getOpType)
                .filter(operator -> BYTE_ACTIVATIONS.contains(operator) || WEIGHTS_ONLY.contains(operator))
                .collect(Collectors.groupingBy(operator -> operator, TreeMap::new, Collectors.counting())));
    }

    /**
     * One sentence for the log; empty where nothing is quantised.
     *
     * @param saturate whether {@linkplain ByteProducts products of bytes} do without the runtime's precise mode
     */
    public Optional<String> kernels(CpuInstructions cpu, boolean saturate) {
        if (counts.isEmpty()) {
            return Optional.empty();
        }
        String operators = counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return Optional.of("quantised operators (" + operators + "): " + products(cpu.name(), saturate));
    }

    private String products(String cpu, boolean saturate) {
        if (counts.keySet().stream().noneMatch(BYTE_ACTIVATIONS::contains)) {
            return "only weights are quantised, so no products of 8-bit integers that could saturate (" + cpu + ")";
        }
        return saturate
                ? "int8 matrix products on " + cpu + " in precise mode, which is exact and slower, because the fast"
                        + " kernels saturate on this CPU"
                : "int8 matrix products on " + cpu + ", which are exact";
    }
}
