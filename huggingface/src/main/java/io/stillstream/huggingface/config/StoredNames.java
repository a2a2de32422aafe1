package io.stillstream.huggingface.config;

import java.util.Set;

/**
 * What a checkpoint calls a decoder's weights. One that was saved without its LM head leaves out the beginning of all other
 * names: {@code wte.weight} for {@code transformer.wte.weight}.
 */
public final class StoredNames {

    private final String omitted;

    private StoredNames(String omitted) {
        this.omitted = omitted;
    }

    /** @param tensors the names in the checkpoint */
    public static StoredNames of(Architecture architecture, Set<String> tensors) {
        String embedding = architecture.embedding();
        String prefix = architecture.prefix();
        boolean omits = !tensors.contains(embedding) && tensors.contains(embedding.substring(prefix.length()));
        return new StoredNames(omits ? prefix : "");
    }

    /** The name in the checkpoint of a weight that {@link Architecture#parameters} names. */
    public String stored(String name) {
        return name.startsWith(omitted) ? name.substring(omitted.length()) : name;
    }

    /** The weight's own name, of a name in the checkpoint that is not one itself. */
    public String whole(String stored) {
        return omitted + stored;
    }
}
