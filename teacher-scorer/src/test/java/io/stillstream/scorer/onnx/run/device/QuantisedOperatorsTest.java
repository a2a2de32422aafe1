package io.stillstream.scorer.onnx.run.device;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import org.junit.jupiter.api.Test;

final class QuantisedOperatorsTest {

    private static final CpuInstructions CPU = new CpuInstructions("AVX2 without VNNI");

    @Test
    void kernels_int8WhereProductsSaturate_saysPreciseMode() {
        assertThat(QuantisedOperators.of(graph("DynamicQuantizeLinear", "MatMulInteger", "MatMul", "MatMulInteger"))
                        .kernels(CPU, true))
                .hasValue("quantised operators (1 DynamicQuantizeLinear, 2 MatMulInteger): int8 matrix products on AVX2"
                        + " without VNNI in precise mode, which is exact and slower, because the fast kernels saturate on"
                        + " this CPU");
    }

    @Test
    void kernels_int8WhereProductsAreExact_saysSo() {
        assertThat(QuantisedOperators.of(graph("QLinearMatMul")).kernels(new CpuInstructions("AMX"), false))
                .hasValue("quantised operators (1 QLinearMatMul): int8 matrix products on AMX, which are exact");
    }

    @Test
    void kernels_weightsAlone_saysThatNothingSaturates() {
        assertThat(QuantisedOperators.of(graph("MatMulNBits")).kernels(CPU, true))
                .hasValue("quantised operators (1 MatMulNBits): only weights are quantised, so no products of 8-bit"
                        + " integers that could saturate (AVX2 without VNNI)");
    }

    @Test
    void kernels_nothingQuantised_isEmpty() {
        assertThat(QuantisedOperators.of(graph("MatMul", "Add")).kernels(CPU, true))
                .isEmpty();
    }

    private static GraphProto graph(String... operators) {
        GraphProto.Builder graph = GraphProto.newBuilder();
        for (String operator : operators) {
            graph.addNode(NodeProto.newBuilder().setOpType(operator));
        }
        return graph.build();
    }
}
