package clients;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * A production model that always answers a request in the same way, by what the request says. It writes down every request as
 * it came: a proxy that adds, drops or changes a header or a byte of a body shows in the comparison of two such files.
 *
 * <p>Arguments: port, file of requests.
 */
public final class Upstream {

    /** Of one connection, not of the request. */
    private static final Set<String> CONNECTION_HEADERS =
            Set.of("host", "connection", "keep-alive", "upgrade", "http2-settings", "te", "transfer-encoding");
    /** Different in each run of a client. */
    private static final Set<String> RANDOM_HEADERS = Set.of("idempotency-key", "x-request-id", "x-client-request-id");

    private static final Pattern SCENARIO = Pattern.compile("scenario-([a-z0-9-]+)");
    private static final Pattern MODEL = Pattern.compile("\"model\"\\s*:\\s*\"([^\"]*)\"");
    private static final int ENDLESS_CHUNKS = 2000;
    private static final int ENDLESS_PAUSE_MILLIS = 10;

    private final Path requests;
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final Map<String, String> endings = new ConcurrentHashMap<>();

    private Upstream(Path requests) {
        this.requests = requests;
    }

    public static void main(String[] arguments) throws IOException {
        var upstream = new Upstream(Path.of(arguments[1]));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", upstream::answer);
        server.start();
        System.out.println("upstream on port " + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().toString();
            if (path.startsWith("/ending/")) {
                send(exchange, 200, "text/plain", endings.getOrDefault(path.substring("/ending/".length()), "open"));
                return;
            }
            write(exchange, body);
            String text = new String(body, StandardCharsets.UTF_8);
            route(exchange, path, text);
        } catch (IOException e) {
            // The caller has gone, which the scenario notes itself.
        }
    }

    private void route(HttpExchange exchange, String path, String body) throws IOException {
        Matcher matcher = SCENARIO.matcher(body);
        String scenario = "none";
        while (matcher.find()) {
            scenario = matcher.group(1);
        }
        boolean streamed = body.matches("(?s).*\"stream\"\\s*:\\s*true.*");
        Matcher named = MODEL.matcher(body);
        String model = named.find() ? named.group(1) : "none";
        if (path.endsWith("/models")) {
            json(exchange, 200, "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"object\":\"model\",\"created\":1700000000,"
                    + "\"owned_by\":\"upstream\"}]}");
        } else if (path.endsWith("/embeddings")) {
            json(exchange, 200, "{\"object\":\"list\",\"model\":\"" + model + "\",\"data\":[{\"object\":\"embedding\","
                    + "\"index\":0,\"embedding\":[0.25,-0.5]}],\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}");
        } else if (path.endsWith("/responses")) {
            responses(exchange, streamed, scenario, model);
        } else if (path.endsWith("/chat/completions")) {
            chat(exchange, streamed, scenario, model, body);
        } else if (path.endsWith("/completions")) {
            json(exchange, 200, "{\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1700000000,\"model\":\""
                    + model + "\",\"choices\":[{\"text\":\" there was a sea.\",\"index\":0,\"logprobs\":null,"
                    + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5,\"total_tokens\":8}}");
        } else {
            error(exchange, 404, "not_found", "there is no " + path);
        }
    }

    private void chat(HttpExchange exchange, boolean streamed, String scenario, String model, String body)
            throws IOException {
        switch (scenario) {
            case "bad" -> error(exchange, 400, "invalid_value", "temperature is 9, expected at most 2 — \u00fc\u4e2d");
            case "unauthorized" -> error(exchange, 401, "invalid_api_key", "no such key");
            case "unknown-model" -> error(exchange, 404, "model_not_found", "there is no model " + model);
            case "broken" -> error(exchange, 500, "server_error", "the model broke");
            case "busy" -> {
                if (calls.computeIfAbsent(scenario + exchange.getRequestHeaders().getFirst("User-Agent"), key -> new AtomicInteger())
                                .incrementAndGet()
                        == 1) {
                    exchange.getResponseHeaders().set("Retry-After-Ms", "50");
                    exchange.getResponseHeaders().set("Retry-After", "1");
                    error(exchange, 429, "rate_limit_exceeded", "slow down");
                } else {
                    answer(exchange, streamed, model, "Now it went.");
                }
            }
            case "endless" -> endless(exchange, model, body);
            case "tools" -> {
                if (body.contains("\"tool_call_id\"")) {
                    answer(exchange, streamed, model, "It is 21 degrees in K\u00f6ln.");
                } else {
                    toolCall(exchange, streamed, model);
                }
            }
            case "zipped" -> zipped(exchange, completion(model, List.of(choice(0, "Packed and unpacked \u2714."))));
            case "two" -> json(exchange, 200, completion(model, List.of(choice(0, "One."), choice(1, "Two."))));
            default -> answer(exchange, streamed, model, "Gr\u00fc\u00dfe aus \u6771\u4eac \ud83d\udc4b\ud83c\udffd \u2014 \\\"quoted\\\" and done.");
        }
    }

    private void answer(HttpExchange exchange, boolean streamed, String model, String text) throws IOException {
        if (!streamed) {
            json(exchange, 200, completion(model, List.of(choice(0, text))));
            return;
        }
        List<String> events = new ArrayList<>();
        events.add(chunk(model, "{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        // Pieces of whole characters in JSON; the bytes are cut elsewhere, by the pauses of the writer.
        int from = 0;
        while (from < text.length()) {
            int to = Math.min(text.length(), from + 3);
            while (to < text.length() && (Character.isLowSurrogate(text.charAt(to)) || text.charAt(to - 1) == '\\')) {
                to++;
            }
            events.add(chunk(model, "{\"content\":\"" + text.substring(from, to) + "\"}", "null"));
            from = to;
        }
        events.add(chunk(model, "{}", "\"stop\""));
        events.add("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"" + model
                + "\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}}");
        stream(exchange, events);
    }

    /** Compressed where the caller takes it so. */
    private static void zipped(HttpExchange exchange, String body) throws IOException {
        String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        if (accepted == null || !accepted.contains("gzip")) {
            json(exchange, 200, body);
            return;
        }
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(body.getBytes(StandardCharsets.UTF_8));
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        exchange.sendResponseHeaders(200, packed.size());
        exchange.getResponseBody().write(packed.toByteArray());
    }

    private void toolCall(HttpExchange exchange, boolean streamed, String model) throws IOException {
        if (!streamed) {
            json(exchange, 200, completion(model, List.of(
                    "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\","
                            + "\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\": \\\"K\u00f6ln\\\"}\"}}]},"
                            + "\"logprobs\":null,\"finish_reason\":\"tool_calls\"}")));
            return;
        }
        List<String> events = new ArrayList<>();
        events.add(chunk(model, "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_1\","
                + "\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}", "null"));
        for (String piece : List.of("{\\\"ci", "ty\\\": \\\"K\u00f6", "ln\\\"}")) {
            events.add(chunk(model, "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"" + piece + "\"}}]}", "null"));
        }
        events.add(chunk(model, "{}", "\"tool_calls\""));
        stream(exchange, events);
    }

    /** Until the caller goes away; how it ended can be asked for. */
    private void endless(HttpExchange exchange, String model, String body) throws IOException {
        Matcher name = Pattern.compile("caller-([a-z0-9-]+)").matcher(body);
        String caller = name.find() ? name.group(1) : "none";
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < ENDLESS_CHUNKS; i++) {
                out.write(("data: " + chunk(model, "{\"content\":\"" + i + " \"}", "null") + "\n\n")
                        .getBytes(StandardCharsets.UTF_8));
                out.flush();
                pause(ENDLESS_PAUSE_MILLIS);
            }
            endings.put(caller, "written to its end");
        } catch (IOException e) {
            endings.put(caller, "caller gone");
            throw e;
        }
    }

    private void responses(HttpExchange exchange, boolean streamed, String scenario, String model) throws IOException {
        String message = "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":"
                + "[{\"type\":\"output_text\",\"text\":\"Responded \u2714\",\"annotations\":[],\"logprobs\":[]}]}";
        String whole = "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1700000000,\"status\":\"completed\",\"error\":null,"
                + "\"incomplete_details\":null,\"instructions\":null,\"metadata\":{},\"model\":\"" + model
                + "\",\"output\":[" + message + "],\"parallel_tool_calls\":true,\"temperature\":1.0,\"tool_choice\":\"auto\","
                + "\"tools\":[],\"top_p\":1.0,\"usage\":{\"input_tokens\":4,\"input_tokens_details\":{\"cached_tokens\":0},"
                + "\"output_tokens\":2,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":6}}";
        if (!streamed) {
            json(exchange, 200, whole);
            return;
        }
        String begun = whole.replace("\"output\":[" + message + "]", "\"output\":[]")
                .replaceFirst("\"completed\"", "\"in_progress\"");
        List<String> events = List.of(
                "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":" + begun + "}",
                "{\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":{\"id\":\"msg_1\","
                        + "\"type\":\"message\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}}",
                "{\"type\":\"response.content_part.added\",\"sequence_number\":2,\"item_id\":\"msg_1\",\"output_index\":0,"
                        + "\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[],\"logprobs\":[]}}",
                "{\"type\":\"response.output_text.delta\",\"sequence_number\":3,\"item_id\":\"msg_1\",\"output_index\":0,"
                        + "\"content_index\":0,\"delta\":\"Responded \",\"logprobs\":[]}",
                "{\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"item_id\":\"msg_1\",\"output_index\":0,"
                        + "\"content_index\":0,\"delta\":\"\u2714\",\"logprobs\":[]}",
                "{\"type\":\"response.output_text.done\",\"sequence_number\":5,\"item_id\":\"msg_1\",\"output_index\":0,"
                        + "\"content_index\":0,\"text\":\"Responded \u2714\",\"logprobs\":[]}",
                "{\"type\":\"response.content_part.done\",\"sequence_number\":6,\"item_id\":\"msg_1\",\"output_index\":0,"
                        + "\"content_index\":0,\"part\":{\"type\":\"output_text\",\"text\":\"Responded \u2714\",\"annotations\":[],\"logprobs\":[]}}",
                "{\"type\":\"response.output_item.done\",\"sequence_number\":7,\"output_index\":0,\"item\":" + message + "}",
                "{\"type\":\"response.completed\",\"sequence_number\":8,\"response\":" + whole + "}");
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (String event : events) {
                String type = event.substring("{\"type\":\"".length(), event.indexOf('"', "{\"type\":\"".length()));
                out.write(("event: " + type + "\ndata: " + event + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        }
    }

    /** As servers write streams that are not tidy: a comment, both kinds of line ends, and cuts within a character. */
    private static void stream(HttpExchange exchange, List<String> events) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.getResponseHeaders().set("OpenAI-Processing-Ms", "7");
        exchange.sendResponseHeaders(200, 0);
        StringBuilder all = new StringBuilder(": begins\n\n");
        for (int i = 0; i < events.size(); i++) {
            all.append("data: ").append(events.get(i)).append(i % 2 == 0 ? "\n\n" : "\r\n\r\n");
        }
        byte[] bytes = all.append("data: [DONE]\n\n").toString().getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = exchange.getResponseBody()) {
            int step = 61;
            for (int from = 0; from < bytes.length; from += step) {
                out.write(bytes, from, Math.min(step, bytes.length - from));
                out.flush();
            }
        }
    }

    private static String choice(int index, String text) {
        return "{\"index\":" + index + ",\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                + "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}";
    }

    private static String completion(String model, List<String> choices) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"" + model
                + "\",\"choices\":[" + String.join(",", choices) + "],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,"
                + "\"total_tokens\":21},\"service_tier\":\"default\",\"system_fingerprint\":\"fp_1\",\"unheard_of\":{\"kept\":true}}";
    }

    private static String chunk(String model, String delta, String finish) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"" + model
                + "\",\"system_fingerprint\":\"fp_1\",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"logprobs\":null,\"finish_reason\":" + finish + "}]}";
    }

    private static void error(HttpExchange exchange, int status, String code, String message) throws IOException {
        exchange.getResponseHeaders().set("x-request-id", "req_1");
        json(exchange, status, "{\"error\":{\"message\":\"" + message
                + "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"" + code + "\"}}");
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        send(exchange, status, "application/json", body);
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private synchronized void write(HttpExchange exchange, byte[] body) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!CONNECTION_HEADERS.contains(lower)) {
                headers.put(lower, RANDOM_HEADERS.contains(lower) ? "…" : String.join(" | ", values));
            }
        });
        String line = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + headers + " " + sha256(body) + "\n";
        Files.writeString(requests, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)).substring(0, 16);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
