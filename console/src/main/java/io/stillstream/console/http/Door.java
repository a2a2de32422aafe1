package io.stillstream.console.http;

import io.stillstream.monitoring.http.HttpAnswer;
import io.stillstream.monitoring.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may look at the console, and who may click. Only this machine may look, and only by a name that no other machine's can be
 * made to mean: a page from elsewhere that has its own name resolve to 127.0.0.1 sends that name as {@code Host}. A click comes
 * from the console's own page, and shows the token.
 */
final class Door {

    private static final Pattern THIS_MACHINE =
            Pattern.compile("(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d{1,5})?", Pattern.CASE_INSENSITIVE);

    private static final String BEARER = "Bearer ";

    private final byte[] token;

    /** @param token empty where nobody may click */
    Door(String token) {
        this.token = token.getBytes(StandardCharsets.US_ASCII);
    }

    /** Why a request is not answered; empty where it is. */
    Optional<HttpAnswer> refusal(HttpRequest request) {
        String host = request.field("Host");
        if (!request.local()) {
            return refused(403, "the console is for this machine alone: forward the port, as with 'ssh -L'");
        }
        if (!THIS_MACHINE.matcher(host).matches()) {
            return refused(403, "the console is at localhost or 127.0.0.1, and by no other name");
        }
        String origin = request.field("Origin");
        boolean foreign = !origin.isEmpty() && !origin.equalsIgnoreCase("http://" + host);
        if (foreign || request.field("Sec-Fetch-Site").equals("cross-site")) {
            return refused(403, "the console answers its own page alone");
        }
        return Optional.empty();
    }

    /** Why a click of a request that is otherwise answered is not obeyed; empty where it is. */
    Optional<HttpAnswer> refusalOfClick(HttpRequest request) {
        if (token.length == 0) {
            return refused(403, "the console is read-only; console.token lets whoever has it command");
        }
        if (request.field("Origin").isEmpty()) {
            return refused(403, "a click has an Origin, and it is the console's");
        }
        if (!request.field("Content-Type").startsWith("application/json")) {
            return refused(403, "a click is application/json");
        }
        return showsToken(request) ? Optional.empty() : refused(401, "the token is missing or wrong");
    }

    boolean hasToken() {
        return token.length > 0;
    }

    /** In constant time for tokens of one length. */
    boolean showsToken(HttpRequest request) {
        String field = request.field("Authorization");
        return token.length > 0
                && field.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && MessageDigest.isEqual(
                        token, field.substring(BEARER.length()).strip().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Optional<HttpAnswer> refused(int status, String why) {
        return Optional.of(HttpAnswer.text(status, why + "\n"));
    }
}
