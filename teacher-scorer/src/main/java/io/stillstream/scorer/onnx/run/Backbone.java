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
    private final List<String> uniforms;

    public Backbone(DecoderSignature signature, OrtSession session, LmHead tail) {
        this.signature = signature;
        this.session = session;
        this.uniforms = tail.uniforms();
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

    public Map<String, DataType> uniformTypes() throws OrtException {
        Map<String, DataType> types = new LinkedHashMap<>();
        for (String uniform : uniforms) {
            types.put(uniform, type(BackboneGraph.UNIFORM + uniform));
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
     * What a run over a window leaves. To be closed, unless its cache is taken.
     *
     * @param result owner of all native memory
     */
    public record Run(DecoderSignature signature, OrtSession.Result result, List<String> uniforms)
            implements AutoCloseable {

        /** The wanted hidden states one after the other. A copy. */
        public ByteBuffer rows() {
            return tensor(BackboneGraph.ROWS).getByteBuffer();
        }

        public Map<String, RunConstant> uniformValues() {
            Map<String, RunConstant> values = new HashMap<>();
            uniforms.forEach(uniform -> values.put(uniform, new RunConstant(tensor(BackboneGraph.UNIFORM + uniform))));
            return values;
        }

        /** Passes the run's memory on to the cache. */
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
     * @param past of the columns before the window's; null where there are none
     * @param firsts of each text the first position whose hidden state is wanted
     * @param release whether the runtime gives the memory that it has free then back to the system, which costs the next
     *     run the time to ask for it again
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
        try (RunInputs feeds = new RunInputs();
                RunOptions options = new RunOptions()) {
            feed(feeds, rows, ids, attention, positionIds, wanted, past);
            if (release) {
                options.addRunConfigEntry(SHRINKAGE, CPU_ARENA);
            }
            return new Run(signature, session.run(feeds.tensors(), options), uniforms);
        } catch (OrtException e) {
            throw new ScorerException(
                    "running the teacher over " + rows + " texts of " + ids.length / rows + " tokens failed: "
                            + e.getMessage(),
                    e);
        }
    }

    private void feed(
            RunInputs feeds,
            int rows,
            long[] ids,
            long[] attention,
            long[] positionIds,
            long[] wanted,
            @Nullable KeyValueCache past)
            throws OrtException {
        feeds.texts(signature, rows, ids, attention, positionIds);
        if (past == null) {
            feeds.emptyCache(signature, rows);
        } else {
            feeds.borrowed(past.tensors());
        }
        feeds.longs(BackboneGraph.WANTED, wanted, wanted.length / 2, 2);
    }

    /** A run over texts from their beginning, with its inputs made. */
    public PreparedRun prepare(InputWindow window, int[] firsts) throws OrtException {
        return PreparedRun.of(
                session,
                feeds -> feed(
                        feeds,
                        window.texts().size(),
                        window.ids(),
                        window.attention(),
                        window.positionIds(),
                        window.places(firsts),
                        null));
    }
}
