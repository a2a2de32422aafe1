package io.stillstream.rollout.delivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * By what a webhook's receiver knows who called and that nothing was changed or played again: the headers of Standard Webhooks 1.0.0,
 * which libraries of many languages check.
 */
final class WebhookSignature {

    private static final String ID = "webhook-id";
    private static final String TIMESTAMP = "webhook-timestamp";
    private static final String SIGNATURE = "webhook-signature";

    private static final String PREFIX = "whsec_";
    private static final String VERSION = "v1,";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST_KEY = 24;
    private static final int LONGEST_KEY = 64;
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]+={0,2}");

    private final SecretKeySpec key;

    /** @param secret as {@link #isSecret} takes it */
    WebhookSignature(String secret) {
        key = new SecretKeySpec(key(secret), ALGORITHM);
    }

    /** Whether it is {@code whsec_} and 24 to 64 bytes in base64. */
    static boolean isSecret(String text) {
        if (!text.startsWith(PREFIX)
                || !BASE64.matcher(text.substring(PREFIX.length())).matches()) {
            return false;
        }
        try {
            int length = key(text).length;
            return length >= SHORTEST_KEY && length <= LONGEST_KEY;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static byte[] key(String secret) {
        return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    }

    /**
     * Names and values of the headers, one after the other.
     *
     * @param id without a dot
     * @param at when it is sent: receivers refuse what is minutes old
     */
    String[] headers(String id, Instant at, byte[] body) {
        String seconds = Long.toString(at.getEpochSecond());
        String signature = VERSION + signature(id + "." + seconds + ".", body);
        return new String[] {ID, id, TIMESTAMP, seconds, SIGNATURE, signature};
    }

    private String signature(String before, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(before.getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
