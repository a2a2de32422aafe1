package io.stillstream.serving.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** The key that callers send, as clients of OpenAI do. */
final class BearerToken {

    private static final String BEARER = "Bearer ";

    private final byte[] token;

    /** @param token empty where nobody needs one */
    BearerToken(String token) {
        this.token = token.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether the caller may call. In constant time for keys of one length. */
    boolean admits(HttpFields headers) {
        if (token.length == 0) {
            return true;
        }
        String value = headers.get(HttpHeader.AUTHORIZATION);
        return value != null
                && value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        token, value.substring(BEARER.length()).strip().getBytes(StandardCharsets.ISO_8859_1));
    }
}
