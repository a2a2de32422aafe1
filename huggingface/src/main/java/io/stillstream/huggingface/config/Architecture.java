package io.stillstream.huggingface.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A decoder's architecture with its sizes: which weights it has, and which script computes it. */
public interface Architecture {

    Dimensions dimensions();

    /** The TorchScript file of the family, {@code torchscript/decoder/<script>.py}. */
    String script();

    /**
     * What the family's script reads besides the weights: the attributes of its class {@code Decoder} but for those that all
     * have. Boolean, Integer, Double, String, {@code int[]}, {@code double[]} or {@link Rope}.
     */
    Map<String, Object> attributes();

    /** Every weight's name and shape, in the order of computation; a tied LM head is none of its own. */
    Map<String, List<Long>> parameters();

    /** The name of the input embedding, {@code [vocabulary, width]}. */
    String embedding();

    /** Names of the other matrices that are looked up by row: embeddings of positions. */
    default List<String> positionEmbeddings() {
        return List.of();
    }

    /** Whether linear maps are stored as {@code [in, out]}. */
    default boolean transposedMaps() {
        return false;
    }

    /** The name of an LM head of its own, {@code [vocabulary, width]}. */
    default String untiedHead() {
        return "lm_head.weight";
    }

    /** The name of the LM head; the embedding's where they are tied. */
    default String head() {
        return dimensions().tied() ? embedding() : untiedHead();
    }

    /**
     * The token before a response where an encoder reads the prompt and the decoder what follows this token; null where the decoder
     * reads both.
     */
    default @Nullable Integer decoderStart() {
        return null;
    }

    /**
     * The same with an LM head of its own, where the configuration may say that it is tied and weights decide: a checkpoint's head
     * with other numbers than the embedding is one. This one where the configuration's word holds.
     */
    default Architecture untied() {
        return this;
    }

    /** Other names under which a checkpoint may have the embedding too, or alone. */
    default List<String> embeddingCopies() {
        return List.of();
    }

    /** A positive number c where logits are c · tanh(logit / c), else 0. */
    default double logitSoftCap() {
        return 0;
    }

    /** A positive number s where a text of more than s tokens is computed otherwise from its beginning on, else 0. */
    default int switchLength() {
        return 0;
    }

    /** The weight of a norm that only divides by the deviation or the root of the mean square. */
    default float neutralGain() {
        return 1;
    }

    /** What checkpoints of the model without its LM head leave out at the beginning of their names. */
    String prefix();

    /** The end of names of tensors that a checkpoint may hold and nothing reads: what older versions of transformers stored. */
    default List<String> buffers() {
        return List.of("rotary_emb.inv_freq");
    }
}
