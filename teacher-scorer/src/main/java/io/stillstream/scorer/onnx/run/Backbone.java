package io.stillstream.scorer.onnx.run;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.TensorInfo;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.BackboneGraph;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import io.stillstream.scorer.onnx.graph.LmHead;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs a decoder up to its last hidden state. Safe for use by several threads. */
public final class Backbone {

    private static final String SHRINKAGE = "memory.enable_memory_arena_shrinkage";
    private static final String CPU_ARENA = "cpu:0";

    private final DecoderSignature signature;
    private final OrtSession session;
    private final List<String> runConstants;

    public Backbone(DecoderSignature signature, OrtSession session, LmHead lmHead) {
        this.signature = signature;
        this.session = session;
        this.runConstants = lmHead.runConstants();
    }

    public DecoderSignature signature() {
        return signature;
    }

    /** The type of hidden states, which only the runtime knows. */
    public DataType rowType() throws OrtException {
        return type(BackboneGraph.ROWS);
    }

    public OnnxJavaType javaRowType() throws OrtException {
        return info(BackboneGraph.ROWS).type;
    }

    public Map<String, DataType> runConstantTypes() throws OrtException {
        Map<String, DataType> types = new LinkedHashMap<>();
        for (String runConstant : runConstants) {
            types.put(runConstant, type(BackboneGraph.RUN_CONSTANT + runConstant));
        }
        return types;
    }

    private DataType type(String output) throws OrtException {
        OnnxJavaType type = info(output).type;
        return switch (type) {
            case FLOAT -> DataType.FLOAT;
            case FLOAT16 -> DataType.FLOAT16;
            case BFLOAT16 -> DataType.BFLOAT16;
            case DOUBLE -> DataType.DOUBLE;
            case INT8 -> DataType.INT8;
            case UINT8 -> DataType.UINT8;
            default ->
                throw new ScorerException("the model's value " + output + " is of type " + type
                        + "; expected floating-point numbers, or the bytes of a quantised activation");
        };
    }

    private TensorInfo info(String output) throws OrtException {
        return (TensorInfo) Objects.requireNonNull(session.getOutputInfo().get(output), output)
                .getInfo();
    }

    /**
     * The outputs of a run over a window. To be closed, unless its cache is taken.
     *
     * @param result owner of all native memory
     */
    public record Run(DecoderSignature signature, OrtSession.Result result, List<String> runConstantNames)
            implements AutoCloseable {

        /** The wanted hidden states one after the other, as a copy. */
        public ByteBuffer rows() {
            return tensor(BackboneGraph.ROWS).getByteBuffer();
        }

        public Map<String, RunConstant> runConstants() {
            Map<String, RunConstant> values = new HashMap<>();
            runConstantNames.forEach(runConstant ->
                    values.put(runConstant, new RunConstant(tensor(BackboneGraph.RUN_CONSTANT + runConstant))));
            return values;
        }

        /** The cache, which owns the run's memory from now on. */
        public KeyValueCache cache() {
            return new KeyValueCache(signature, result);
        }

        private OnnxTensor tensor(String name) {
            return (OnnxTensor) result.get(name).orElseThrow();
        }

        @Override
        public void close() {
            result.close();
        }
    }

    /**
     * @param past the cache of the columns before the window's; null where there are none
     * @param firsts of each text the first position whose hidden state is wanted
     * @param release whether the runtime returns free memory to the system after the run, which costs the next run the time to
     *     ask for it again
     */
    public Run run(InputWindow window, @Nullable KeyValueCache past, int[] firsts, boolean release)
            throws OrtException {
        return run(
                window.texts().size(),
                window.ids(),
                window.attention(),
                window.positionIds(),
                window.places(firsts),
                past,
                release);
    }

    /**
     * @param ids {@code [B, S]}
     * @param attention {@code [B, P + S]}
     * @param positionIds {@code [B, S]}
     * @param wanted {@code [N, 2]}
     */
    public Run run(
            int rows, long[] ids, long[] attention, long[] positionIds, long[] wanted, @Nullable KeyValueCache past)
            throws OrtException {
        return run(rows, ids, attention, positionIds, wanted, past, false);
    }

    private Run run(
            int rows,
            long[] ids,
            long[] attention,
            long[] positionIds,
            long[] wanted,
            @Nullable KeyValueCache past,
            boolean release)
            throws OrtException {
        try (RunInputs inputs = new RunInputs();
                RunOptions options = new RunOptions()) {
            inputs.texts(signature, rows, ids, attention, positionIds);
            if (past == null) {
                inputs.emptyCache(signature, rows);
            } else {
                inputs.borrow(past.tensors());
            }
            inputs.longs(BackboneGraph.WANTED, wanted, wanted.length / 2, 2);
            if (release) {
                options.addRunConfigEntry(SHRINKAGE, CPU_ARENA);
            }
            return new Run(signature, session.run(inputs.tensors(), options), runConstants);
        } catch (OrtException e) {
            throw new ScorerException(
                    "running the teacher over " + rows + " texts of " + ids.length / rows + " tokens failed: "
                            + e.getMessage(),
                    e);
        }
    }
}
