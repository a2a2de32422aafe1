package io.stillstream.producer.proxy.upstream;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** The token that callers show, and where they can show it. */
public final class CallerToken {

    /** For callers who bring their own key for the upstream, so that the usual headers are taken. */
    static final String HEADER = "x-stillstream-token";

    /** Where clients of OpenAI, Azure and Anthropic put their key. */
    private static final List<String> KEYS = List.of("authorization", "api-key", "x-api-key");

    private static final String BEARER = "Bearer ";

    private final byte[] token;

    /** @param token empty where nobody needs one */
    public CallerToken(String token) {
        this.token = token.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether the caller may call. */
    public boolean admits(HttpFields headers) {
        if (token.length == 0) {
            return true;
        }
        boolean shown = false;
        for (HttpField field : headers) {
            shown |= isShownBy(field);
        }
        return shown;
    }

    /** Whether the token is what the header holds. In constant time for values of one length. */
    boolean isShownBy(HttpField field) {
        String name = field.getLowerCaseName();
        return token.length > 0
                && (name.equals(HEADER) || KEYS.contains(name))
                && MessageDigest.isEqual(token, value(field).getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The caller's own credential for the upstream; null where there is none. */
    @Nullable
    public String credential(HttpFields headers) {
        for (String name : KEYS) {
            HttpField field = headers.getField(name);
            if (field != null && field.getValue() != null && !isShownBy(field)) {
                return value(field);
            }
        }
        return null;
    }

    private static String value(HttpField field) {
        String value = field.getValue() == null ? "" : field.getValue();
        return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? value.substring(BEARER.length()).strip()
                : value;
    }
}
