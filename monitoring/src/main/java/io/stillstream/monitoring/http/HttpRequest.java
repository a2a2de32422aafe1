package io.stillstream.monitoring.http;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request. Of GET and HEAD what follows the head, a body or another request, is not read.
 *
 * @param method as GET
 * @param path of the target without its query, as it was sent
 * @param fields by their names in lower case; what was sent several times is joined with commas
 * @param body in UTF-8; empty where there is none
 * @param local whether the client is on this machine: it came from a loopback address
 */
public record HttpRequest(String method, String path, Map<String, String> fields, String body, boolean local) {

    private static final Pattern REQUEST_LINE =
            Pattern.compile("([!#$%&'*+.^_`|~A-Za-z0-9-]+) (?:http://[^/?# ]*)?(/[^?# ]*)?(?:[?#][^ ]*)? HTTP/1\\.\\d");

    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~A-Za-z0-9-]+");

    public HttpRequest {
        fields = Map.copyOf(fields);
    }

    /** The value of a field; empty where it was not sent. */
    public String field(String name) {
        return fields.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    HttpRequest withBody(byte[] bytes) {
        return new HttpRequest(method, path, fields, new String(bytes, StandardCharsets.UTF_8), local);
    }

    /**
     * @param head all bytes up to the empty line that ends it
     * @param local whether the client is on this machine
     * @return empty where that is no request of HTTP/1.0 or HTTP/1.1
     */
    static Optional<HttpRequest> parse(byte[] head, boolean local) {
        List<String> lines = new String(head, StandardCharsets.ISO_8859_1)
                .stripTrailing()
                .lines()
                .toList();
        Matcher request = REQUEST_LINE.matcher(lines.isEmpty() ? "" : lines.get(0));
        if (!request.matches()) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            String name = line.substring(0, Math.max(0, colon));
            if (!NAME.matcher(name).matches()) {
                return Optional.empty();
            }
            fields.merge(
                    name.toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (before, more) -> before + ", " + more);
        }
        String path = request.group(2) == null ? "/" : request.group(2);
        return Optional.of(new HttpRequest(request.group(1), path, fields, "", local));
    }
}
