package io.stillstream.contract.rollout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which of {@value RolloutStep#ALL} buckets a conversation is in: always the same one, in every process. A share of so many
 * buckets is that of the first so many, so that a conversation that a small share holds is in every larger one.
 */
public final class Bucket {

    /** Other uses of the same conversation ids, such as holding out, must not choose the same conversations. */
    private static final byte[] KEY = "stillstream rollout bucket\n".getBytes(StandardCharsets.UTF_8);

    private Bucket() {}

    /** @param conversation its id */
    public static int of(String conversation) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(KEY);
            long hash = ByteBuffer.wrap(digest.digest(conversation.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
            return (int) Long.remainderUnsigned(hash, RolloutStep.ALL);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
