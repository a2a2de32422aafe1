package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.util.regex.Pattern;

/**
 * A published snapshot.
 *
 * @param id its manifest's; a directory has this name
 * @param contentHash the sha256 of its weights, in hex, which stays the same under another id
 */
public record SnapshotReference(String id, String contentHash) {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    /** A step, and the beginning of the hash of its weights. */
    private static final Pattern PUBLISHED = Pattern.compile("[0-9]{10}-[0-9a-f]{12}");

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public SnapshotReference {
        if (!ID.matcher(id).matches()) {
            throw new ContractException("a snapshot has the id '" + id
                    + "'; expected up to 128 letters, digits, dots, underscores and hyphens");
        }
        requireContentHash(contentHash);
    }

    static void requireContentHash(String hash) {
        if (!SHA256.matcher(hash).matches()) {
            throw new ContractException(
                    "a snapshot has the content hash '" + hash + "'; expected a sha256 in 64 hexadecimal digits");
        }
    }

    /** Whether it is an id as a trainer gives them, and no other name of a model. */
    public static boolean isPublishedId(String name) {
        return PUBLISHED.matcher(name).matches();
    }

    /** Whether both are the same weights. */
    public boolean isSameContentAs(SnapshotReference other) {
        return contentHash.equals(other.contentHash);
    }
}
