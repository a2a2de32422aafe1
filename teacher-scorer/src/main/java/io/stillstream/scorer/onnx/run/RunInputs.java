package io.stillstream.scorer.onnx.run;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The inputs of one run. Closes those it made; {@linkplain #borrow borrowed} ones stay their owner's. */
public final class RunInputs implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final Map<String, OnnxTensor> tensors = new HashMap<>();
    private final List<OnnxTensor> owned = new ArrayList<>();

    public Map<String, OnnxTensor> tensors() {
        return tensors;
    }

    /**
     * The inputs of a decoder for a batch of texts, apart from its cache.
     *
     * @param ids {@code [B, S]}
     * @param attention {@code [B, P + S]}
     * @param positionIds {@code [B, S]}
     */
    public void texts(DecoderSignature signature, int rows, long[] ids, long[] attention, long[] positionIds)
            throws OrtException {
        decoderInput(signature, DecoderSignature.INPUT_IDS, ids, rows, ids.length / rows);
        decoderInput(signature, DecoderSignature.ATTENTION_MASK, attention, rows, attention.length / rows);
        decoderInput(signature, DecoderSignature.POSITION_IDS, positionIds, rows, positionIds.length / rows);
    }

    /** An input that models may lack, and may want as 32-bit integers. */
    private void decoderInput(DecoderSignature signature, String name, long[] values, long... shape)
            throws OrtException {
        Integer type = signature.integerInputs().get(name);
        if (type == null) {
            return;
        }
        if (type == DataType.INT32_VALUE) {
            int[] narrow = Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
            add(name, OnnxTensor.createTensor(environment, IntBuffer.wrap(narrow), shape));
        } else {
            longs(name, values, shape);
        }
    }

    public void emptyCache(DecoderSignature signature, int batch) throws OrtException {
        for (DecoderSignature.PastTensor past : signature.past()) {
            OnnxJavaType type = switch (past.elementType()) {
                case DataType.FLOAT16_VALUE -> OnnxJavaType.FLOAT16;
                case DataType.BFLOAT16_VALUE -> OnnxJavaType.BFLOAT16;
                default -> OnnxJavaType.FLOAT;
            };
            ByteBuffer nothing = ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());
            add(past.input(), OnnxTensor.createTensor(environment, nothing, past.emptyShape(batch), type));
        }
    }

    public void longs(String name, long[] values, long... shape) throws OrtException {
        add(name, OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape));
    }

    public void floats(String name, float[] values, long... shape) throws OrtException {
        add(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
    }

    /**
     * A tensor of any type.
     *
     * @param values a direct buffer
     * @param shape without its last dimension, which follows from the number of bytes
     */
    public void bytes(String name, ByteBuffer values, OnnxJavaType type, long... shape) throws OrtException {
        long rows = Arrays.stream(shape).reduce(1, (one, other) -> one * other);
        long[] whole = Arrays.copyOf(shape, shape.length + 1);
        whole[shape.length] = values.remaining() / (rows * type.size);
        add(name, OnnxTensor.createTensor(environment, values, whole, type));
    }

    public void runConstants(Map<String, RunConstant> values) throws OrtException {
        for (Map.Entry<String, RunConstant> entry : values.entrySet()) {
            add(entry.getKey(), entry.getValue().tensor());
        }
    }

    void borrow(Map<String, OnnxTensor> others) {
        tensors.putAll(others);
    }

    private void add(String name, OnnxTensor tensor) {
        owned.add(tensor);
        tensors.put(name, tensor);
    }

    @Override
    public void close() {
        owned.forEach(OnnxTensor::close);
    }
}
