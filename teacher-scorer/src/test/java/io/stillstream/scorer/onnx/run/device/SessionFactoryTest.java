package io.stillstream.scorer.onnx.run.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import io.stillstream.scorer.onnx.graph.ExplicitZeroPoints;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Products of the largest bytes, as each kind of 8-bit quantisation multiplies them, with and without a zero point of the
 * weights. On a CPU with AVX2 or AVX-512 and without VNNI they come to about half of what they should where the runtime is
 * not in its precise mode; {@code .ci/haswell} runs this as such a CPU.
 */
final class SessionFactoryTest {

    private static final String RUNTIME_DOMAIN = "com.microsoft";

    private static final int INNER = 64;
    private static final int COLUMNS = 32;
    /** How many roundings a result goes through: the scales of both operands, their product, and the last one. */
    private static final int ROUNDINGS = 4;

    private static final float FP32_EPSILON = Math.ulp(1f);
    /** All activations are 1, which is the byte 255 at this scale. */
    private static final float ACTIVATION_SCALE = 1f / 255;

    private static final float WEIGHT_SCALE = 0.01f;
    private static final byte WEIGHT = 127;
    private static final float EXPECTED = INNER * WEIGHT * WEIGHT_SCALE;

    @TempDir
    private Path directory;

    /** How activations and weights become integers. */
    enum Quantisation {
        DYNAMIC,
        DYNAMIC_HALF_FUSED,
        DYNAMIC_FUSED,
        STATIC_UNSIGNED,
        STATIC_SIGNED
    }

    static Stream<Arguments> quantisations() {
        return Arrays.stream(Quantisation.values())
                .flatMap(each -> Stream.of(Arguments.of(each, true), Arguments.of(each, false)));
    }

    @ParameterizedTest(name = "{0}, zero point {1}")
    @MethodSource("quantisations")
    void open_productsOfTheLargestBytes_areExact(Quantisation quantisation, boolean zeroPoint)
            throws IOException, OrtException {
        ModelProto model = ExplicitZeroPoints.of(model(quantisation, zeroPoint));
        Path file = Files.write(directory.resolve("product.onnx"), model.toByteArray());
        try (SessionFactory sessions = new SessionFactory(Device.parse("cpu"), 1, CudaConfig.DEFAULT)) {
            OrtSession session = sessions.open(file);
            for (int rows : new int[] {1, 4, 33}) {
                float[] ones = new float[rows * INNER];
                Arrays.fill(ones, 1f);
                try (OnnxTensor x = OnnxTensor.createTensor(
                                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(ones), new long[] {rows, INNER});
                        OrtSession.Result result = session.run(Map.of("x", x))) {
                    FloatBuffer y = ((OnnxTensor) result.get(0)).getFloatBuffer();
                    assertThat(y.remaining()).isEqualTo(rows * COLUMNS);
                    while (y.hasRemaining()) {
                        assertThat(y.get())
                                .as("of %d rows", rows)
                                .isCloseTo(EXPECTED, within(ROUNDINGS * FP32_EPSILON * EXPECTED));
                    }
                }
            }
        }
    }

    private static ModelProto model(Quantisation quantisation, boolean zeroPoint) {
        byte[] weights = new byte[INNER * COLUMNS];
        Arrays.fill(weights, WEIGHT);
        GraphProto.Builder graph = GraphProto.newBuilder().setName("product");
        graph.addInput(OnnxGraph.value("x", DataType.FLOAT, "rows", INNER));
        graph.addInitializer(TensorProto.newBuilder()
                .setName("w")
                .setDataType(DataType.INT8_VALUE)
                .addDims(INNER)
                .addDims(COLUMNS)
                .setRawData(ByteString.copyFrom(weights)));
        graph.addInitializer(TensorProto.newBuilder()
                .setName("w_scale")
                .setDataType(DataType.FLOAT_VALUE)
                .addFloatData(WEIGHT_SCALE));
        if (zeroPoint) {
            scalar(graph, "w_zero", DataType.INT8, 0);
        }
        multiply(graph, quantisation, zeroPoint ? "w_zero" : "");
        graph.addOutput(OnnxGraph.value("y", DataType.FLOAT, "rows", COLUMNS));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain(RUNTIME_DOMAIN)
                        .setVersion(1))
                .setGraph(graph)
                .build();
    }

    /** Multiplies activations {@code x} by the weights {@code w} of scale {@code w_scale} into {@code y}. */
    private static void multiply(GraphProto.Builder graph, Quantisation quantisation, String zeroPoint) {
        switch (quantisation) {
            case DYNAMIC -> {
                node(graph, "DynamicQuantizeLinear", List.of("x"), "q", "q_scale", "q_zero");
                node(graph, "MatMulInteger", List.of("q", "w", "q_zero", zeroPoint), "integers");
                node(graph, "Mul", List.of("q_scale", "w_scale"), "scale");
                node(graph, "Cast", List.of("integers"), "floats")
                        .addAttribute(OnnxGraph.attribute("to", DataType.FLOAT_VALUE));
                node(graph, "Mul", List.of("floats", "scale"), "y");
            }
            case DYNAMIC_HALF_FUSED -> {
                node(graph, "DynamicQuantizeLinear", List.of("x"), "q", "q_scale", "q_zero");
                node(graph, "MatMulIntegerToFloat", List.of("q", "w", "q_scale", "w_scale", "q_zero", zeroPoint), "y")
                        .setDomain(RUNTIME_DOMAIN);
            }
            case DYNAMIC_FUSED ->
                node(graph, "DynamicQuantizeMatMul", List.of("x", "w", "w_scale", zeroPoint), "y")
                        .setDomain(RUNTIME_DOMAIN);
            case STATIC_UNSIGNED -> dequantised(graph, DataType.UINT8, 0, zeroPoint);
            case STATIC_SIGNED -> dequantised(graph, DataType.INT8, -128, zeroPoint);
        }
    }

    private static void dequantised(GraphProto.Builder graph, DataType type, int zero, String zeroPoint) {
        scalar(graph, "x_zero", type, zero);
        graph.addInitializer(TensorProto.newBuilder()
                .setName("x_scale")
                .setDataType(DataType.FLOAT_VALUE)
                .addFloatData(ACTIVATION_SCALE));
        node(graph, "QuantizeLinear", List.of("x", "x_scale", "x_zero"), "q");
        node(graph, "DequantizeLinear", List.of("q", "x_scale", "x_zero"), "left");
        node(graph, "DequantizeLinear", List.of("w", "w_scale", zeroPoint), "right");
        node(graph, "MatMul", List.of("left", "right"), "y");
    }

    private static void scalar(GraphProto.Builder graph, String name, DataType type, int value) {
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addInt32Data(value));
    }

    private static NodeProto.Builder node(
            GraphProto.Builder graph, String operator, List<String> inputs, String... outputs) {
        // An input that is not given is left out at the end, as exporters leave it.
        return graph.addNodeBuilder()
                .setOpType(operator)
                .addAllInput(
                        inputs.stream().takeWhile(input -> !input.isEmpty()).toList())
                .addAllOutput(Arrays.asList(outputs));
    }
}
