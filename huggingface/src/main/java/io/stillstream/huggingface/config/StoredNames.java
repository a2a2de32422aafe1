package io.stillstream.huggingface.config;

import java.util.Set;

/**
 * What a checkpoint calls a decoder's weights. One that was saved without its LM head leaves out the beginning of all other
 * names: {@code wte.weight} for {@code transformer.wte.weight}. An embedding that several parts share may be there under the name of
 * one of them alone.
 */
public final class StoredNames {

    private final String omitted;
    private final String embedding;
    private final String storedEmbedding;

    private StoredNames(String omitted, String embedding, String storedEmbedding) {
        this.omitted = omitted;
        this.embedding = embedding;
        this.storedEmbedding = storedEmbedding;
    }

    /** @param tensors the names in the checkpoint */
    public static StoredNames of(Architecture architecture, Set<String> tensors) {
        String embedding = architecture.embedding();
        String prefix = architecture.prefix();
        String bare = embedding.substring(prefix.length());
        if (tensors.contains(embedding)) {
            return new StoredNames("", embedding, embedding);
        }
        if (tensors.contains(bare)) {
            return new StoredNames(prefix, embedding, bare);
        }
        String copy = architecture.embeddingCopies().stream()
                .filter(tensors::contains)
                .findFirst()
                .orElse(embedding);
        return new StoredNames("", embedding, copy);
    }

    /** The name in the checkpoint of a weight that {@link Architecture#parameters} names. */
    public String stored(String name) {
        if (name.equals(embedding)) {
            return storedEmbedding;
        }
        return name.startsWith(omitted) ? name.substring(omitted.length()) : name;
    }

    /** The weight's own name, of a name in the checkpoint that is not one itself. */
    public String whole(String stored) {
        return stored.equals(storedEmbedding) ? embedding : omitted + stored;
    }
}
