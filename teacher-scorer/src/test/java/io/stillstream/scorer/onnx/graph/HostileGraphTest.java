package io.stillstream.scorer.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs that a model's file may hold and no exporter writes: analysing them takes time and memory by their size alone. */
final class HostileGraphTest {

    /** Deeper than any stack, if each node took a frame. */
    private static final int LONG = 100_000;
    /** 2^200 ways through the graph. */
    private static final int DEEP = 200;

    private final GraphProto.Builder graph = GraphProto.newBuilder();

    @Test
    void isConstant_longChain_isFound() {
        weights("c0");
        chain("c", "Neg");
        GraphValues values = new GraphValues(graph.build());
        assertThat(values.isConstant("c" + LONG)).isTrue();
        assertThat(values.isRunConstant("c" + LONG)).isTrue();
    }

    @Test
    void isSignedBytes_longChain_isFound() {
        weights("c0");
        chain("c", "Transpose");
        assertThat(new GraphValues(graph.build()).isSignedBytes("c" + LONG)).isTrue();
    }

    @Test
    void isConstant_diamonds_areSeenOnce() {
        weights("c0");
        diamonds();
        GraphValues values = new GraphValues(graph.build());
        assertThat(values.isConstant("c" + DEEP)).isTrue();
        assertThat(values.isRunConstant("c" + DEEP)).isTrue();
    }

    @Test
    void isRunConstant_diamondsOfARunConstant_areSeenOnce() {
        node("DynamicQuantizeLinear", List.of("hidden"), List.of("quantised", "c0", "zero"));
        diamonds();
        GraphValues values = new GraphValues(graph.build());
        assertThat(values.isConstant("c" + DEEP)).isFalse();
        assertThat(values.isRunConstant("c" + DEEP)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Identity", "Add"})
    void isConstant_valueComputedFromItself_isNot(String operator) {
        weights("w");
        node(operator, List.of("b", "w"), List.of("a"));
        node(operator, List.of("a", "w"), List.of("b"));
        node(operator, List.of("b", "w"), List.of("outside"));
        GraphValues values = new GraphValues(graph.build());
        for (String value : List.of("a", "b", "outside")) {
            assertThat(values.isConstant(value)).isFalse();
            assertThat(values.isRunConstant(value)).isFalse();
            assertThat(values.isSignedBytes(value)).isFalse();
        }
    }

    @Test
    void lmHead_longChainAfterTheProjection_isFound() {
        weights("w");
        node("MatMul", List.of("hidden", "w"), List.of("c0"));
        chain("c", "Tanh");
        node("Identity", List.of("c" + LONG), List.of(DecoderSignature.LOGITS));
        LmHead lmHead = LmHead.of(graph.build());
        assertThat(lmHead.rows()).isEqualTo("hidden");
        assertThat(lmHead.nodes()).hasSize(LONG + 2);
    }

    @Test
    void lmHead_logitsComputedFromThemselves_isNotFound() {
        node("Identity", List.of("a"), List.of(DecoderSignature.LOGITS));
        node("Neg", List.of(DecoderSignature.LOGITS), List.of("a"));
        assertThat(LmHead.of(graph.build()).found()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DequantizeLinear",
                "MatMulInteger",
                "DynamicQuantizeMatMul",
                "MatMulIntegerToFloat",
                "QAttention",
                "MatMul",
                "Transpose",
                "Cast"
            })
    void preparation_operatorWithoutInputs_isLeftToTheRuntime(String operator) {
        weights("w");
        node(operator, List.of(), List.of(DecoderSignature.LOGITS));
        node(operator, List.of("w"), List.of("one"));
        node(operator, List.of("hidden", "w"), List.of("two"));
        ModelProto model = ModelProto.newBuilder().setGraph(graph).build();
        assertThat(new GraphValues(model.getGraph()).isSignedBytes(DecoderSignature.LOGITS))
                .isFalse();
        assertThat(UnsignedProjection.of(ExplicitZeroPoints.of(model))).isEmpty();
    }

    private void weights(String name) {
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(DataType.INT8_VALUE)
                .addInt32Data(1));
    }

    private void chain(String name, String operator) {
        for (int i = 0; i < LONG; i++) {
            node(operator, List.of(name + i), List.of(name + (i + 1)));
        }
    }

    private void diamonds() {
        for (int i = 0; i < DEEP; i++) {
            node("Add", List.of("c" + i, "c" + i), List.of("c" + (i + 1)));
        }
    }

    private void node(String operator, List<String> inputs, List<String> outputs) {
        graph.addNode(
                NodeProto.newBuilder().setOpType(operator).addAllInput(inputs).addAllOutput(outputs));
    }
}
