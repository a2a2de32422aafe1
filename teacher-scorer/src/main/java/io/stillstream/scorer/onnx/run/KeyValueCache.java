package io.stillstream.scorer.onnx.run;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.scorer.onnx.graph.CacheSelectionGraph;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import java.util.HashMap;
import java.util.Map;

/** The key-value cache that one run returned, an input of the next. Its tensors never leave the runtime. */
public final class KeyValueCache implements AutoCloseable {

    private final DecoderSignature signature;
    private final OrtSession.Result owner;

    /** Takes over a run's result. */
    KeyValueCache(DecoderSignature signature, OrtSession.Result owner) {
        this.signature = signature;
        this.owner = owner;
    }

    /** Its tensors, under the names of the inputs that take them. */
    Map<String, OnnxTensor> tensors() {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        for (DecoderSignature.PastTensor past : signature.past()) {
            tensors.put(past.input(), (OnnxTensor) owner.get(past.output()).orElseThrow());
        }
        return tensors;
    }

    /** A cache of some rows of this one. This one is closed. */
    public KeyValueCache select(OrtSession selection, long[] rows) throws OrtException {
        try (this;
                RunInputs inputs = new RunInputs()) {
            inputs.longs(CacheSelectionGraph.ROWS, rows, rows.length);
            inputs.borrow(tensors());
            return new KeyValueCache(signature, selection.run(inputs.tensors()));
        }
    }

    @Override
    public void close() {
        owner.close();
    }
}
