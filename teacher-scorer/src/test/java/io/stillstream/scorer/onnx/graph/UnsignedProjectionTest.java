package io.stillstream.scorer.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class UnsignedProjectionTest {

    private static final int ROWS = 5;
    private static final int INNER = 64;
    private static final int COLUMNS = 33;
    private static final int ROW_ZERO_POINT = 120;

    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[] rows = bytes(ROWS * INNER);
    private final byte[] weights = bytes(INNER * COLUMNS);
    private final byte[] zeroPoints = bytes(COLUMNS);

    /** How a projection says what its weights' zero is. */
    enum ZeroPoint {
        NONE,
        EMPTY,
        ONE,
        PER_COLUMN
    }

    @ParameterizedTest
    @EnumSource
    void of_signedWeights_multipliesExactlyByUnsignedOnes(ZeroPoint zeroPoint) throws OrtException {
        ModelProto explicit = ExplicitZeroPoints.of(model(DataType.INT8, zeroPoint, false));
        ModelProto exact = UnsignedProjection.of(explicit).orElseThrow();
        assertThat(logits(exact)).containsExactly(expected(zeroPoint));
    }

    @Test
    void of_transposedWeights_multipliesExactlyByUnsignedOnes() throws OrtException {
        ModelProto exact = UnsignedProjection.of(model(DataType.INT8, ZeroPoint.PER_COLUMN, true))
                .orElseThrow();
        assertThat(logits(exact)).containsExactly(expected(ZeroPoint.PER_COLUMN));
    }

    @Test
    void of_unsignedWeights_isEmpty() {
        assertThat(UnsignedProjection.of(model(DataType.UINT8, ZeroPoint.ONE, false)))
                .isEmpty();
    }

    private float[] expected(ZeroPoint zeroPoint) {
        float[] expected = new float[ROWS * COLUMNS];
        for (int r = 0; r < ROWS; r++) {
            for (int c = 0; c < COLUMNS; c++) {
                int zero = switch (zeroPoint) {
                    case NONE, EMPTY -> 0;
                    case ONE -> zeroPoints[0];
                    case PER_COLUMN -> zeroPoints[c];
                };
                int sum = 0;
                for (int i = 0; i < INNER; i++) {
                    sum += (Byte.toUnsignedInt(rows[r * INNER + i]) - ROW_ZERO_POINT)
                            * (weights[i * COLUMNS + c] - zero);
                }
                expected[r * COLUMNS + c] = sum;
            }
        }
        return expected;
    }

    private float[] logits(ModelProto model) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(model.toByteArray());
                OnnxTensor tensor = OnnxTensor.createTensor(
                        environment,
                        ByteBuffer.allocateDirect(rows.length).put(rows).flip(),
                        new long[] {ROWS, INNER},
                        OnnxJavaType.UINT8);
                OrtSession.Result result = session.run(Map.of("rows", tensor))) {
            FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] logits = new float[buffer.remaining()];
            buffer.get(logits);
            return logits;
        }
    }

    private ModelProto model(DataType type, ZeroPoint zeroPoint, boolean transposed) {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("projection");
        graph.addInput(OnnxGraph.value("rows", DataType.UINT8, "rows", INNER));
        initializer(graph, "row_zero", DataType.UINT8, new byte[] {ROW_ZERO_POINT}, null);
        String right = "weights";
        if (transposed) {
            byte[] columns = new byte[weights.length];
            for (int i = 0; i < INNER; i++) {
                for (int c = 0; c < COLUMNS; c++) {
                    columns[c * INNER + i] = weights[i * COLUMNS + c];
                }
            }
            initializer(graph, "columns", type, columns, new int[] {COLUMNS, INNER});
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("Transpose")
                    .addInput("columns")
                    .addOutput(right));
        } else {
            initializer(graph, right, type, weights, new int[] {INNER, COLUMNS});
        }
        NodeProto.Builder product = NodeProto.newBuilder()
                .setOpType("MatMulInteger")
                .addInput("rows")
                .addInput(right)
                .addInput("row_zero")
                .addOutput("product");
        switch (zeroPoint) {
            case NONE -> {}
            case EMPTY -> product.addInput("");
            case ONE -> {
                initializer(graph, "zero", type, new byte[] {zeroPoints[0]}, null);
                product.addInput("zero");
            }
            case PER_COLUMN -> {
                initializer(graph, "zero", type, zeroPoints, new int[] {COLUMNS});
                product.addInput("zero");
            }
        }
        graph.addNode(product);
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Cast")
                .addInput("product")
                .addOutput(DecoderSignature.LOGITS)
                .addAttribute(OnnxGraph.attribute("to", DataType.FLOAT_VALUE)));
        graph.addOutput(OnnxGraph.value(DecoderSignature.LOGITS, DataType.FLOAT, "rows", COLUMNS));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
                .setGraph(graph)
                .build();
    }

    private static void initializer(
            GraphProto.Builder graph, String name, DataType type, byte[] values, int @Nullable [] dimensions) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(values));
        if (dimensions != null) {
            for (int dimension : dimensions) {
                tensor.addDims(dimension);
            }
        }
        graph.addInitializer(tensor);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            // Every third is an extreme, so that neighbouring products are as large as they can be.
            bytes[i] = i % 3 == 0 ? Byte.MAX_VALUE : (byte) random.nextInt(-128, 128);
        }
        return bytes;
    }
}
