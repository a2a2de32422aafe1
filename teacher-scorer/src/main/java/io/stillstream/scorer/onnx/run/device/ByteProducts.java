package io.stillstream.scorer.onnx.run.device;

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
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * Whether ONNX Runtime's products of unsigned by signed bytes are exact on this CPU. Without VNNI its kernels add two
 * neighbouring products in 16 bits, which saturate: 255 · 127 + 255 · 127 becomes 32,767.
 *
 * <p>It is found by multiplying such bytes, because that is right for every CPU and every build of the runtime. The
 * runtime's precise mode avoids these kernels, and takes up to three times as long where they are exact.
 */
public final class ByteProducts {

    private static final int INNER = 64;
    private static final int COLUMNS = 32;
    /** A vector and a matrix: the runtime has a kernel for each. */
    private static final int[] ROWS = {1, 4};

    private static final byte LARGEST_UNSIGNED = (byte) 255;
    private static final byte LARGEST_SIGNED = 127;
    private static final int EXACT = 255 * LARGEST_SIGNED * INNER;

    private static final int OPSET = 10;
    private static final int IR_VERSION = 5;

    private ByteProducts() {}

    /** Whether a model of signed 8-bit weights needs the runtime's precise mode here. */
    public static boolean saturate() {
        return Measured.SATURATE;
    }

    /** Measured once in a process, when it is first asked for. */
    private static final class Measured {
        static final boolean SATURATE = measure();
    }

    private static boolean measure() {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(product().toByteArray(), options)) {
                for (int rows : ROWS) {
                    if (!exact(environment, session, rows)) {
                        return true;
                    }
                }
                return false;
            }
        } catch (OrtException e) {
            throw new ScorerException("ONNX Runtime could not multiply two matrices of bytes: " + e.getMessage(), e);
        }
    }

    private static boolean exact(OrtEnvironment environment, OrtSession session, int rows) throws OrtException {
        byte[] left = new byte[rows * INNER];
        Arrays.fill(left, LARGEST_UNSIGNED);
        try (OnnxTensor tensor = OnnxTensor.createTensor(
                        environment,
                        ByteBuffer.allocateDirect(left.length).put(left).flip(),
                        new long[] {rows, INNER},
                        OnnxJavaType.UINT8);
                OrtSession.Result result = session.run(Map.of("left", tensor))) {
            IntBuffer product = ((OnnxTensor) result.get(0)).getIntBuffer();
            while (product.hasRemaining()) {
                if (product.get() != EXACT) {
                    return false;
                }
            }
            return true;
        }
    }

    /** {@code [rows, INNER]} unsigned bytes by a constant {@code [INNER, COLUMNS]} of signed ones. */
    private static ModelProto product() {
        byte[] right = new byte[INNER * COLUMNS];
        Arrays.fill(right, LARGEST_SIGNED);
        GraphProto.Builder graph = GraphProto.newBuilder().setName("byte_product");
        graph.addInput(OnnxGraph.value("left", DataType.UINT8, "rows", INNER));
        graph.addInitializer(TensorProto.newBuilder()
                .setName("right")
                .setDataType(DataType.INT8_VALUE)
                .addDims(INNER)
                .addDims(COLUMNS)
                .setRawData(ByteString.copyFrom(right)));
        graph.addNode(NodeProto.newBuilder()
                .setOpType("MatMulInteger")
                .addInput("left")
                .addInput("right")
                .addOutput("product"));
        graph.addOutput(OnnxGraph.value("product", DataType.INT32, "rows", COLUMNS));
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build();
    }
}
