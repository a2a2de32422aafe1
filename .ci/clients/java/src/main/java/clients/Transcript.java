package clients;

import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/** What a client saw, a line each: the same with and without a proxy between it and the upstream. */
final class Transcript {

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final int ASKED_FOR_ENDING = 200;

    private Transcript() {}

    static void line(String scenario, Object seen) {
        // An object's identity is that of the run.
        OUT.println(scenario + " | " + String.valueOf(seen).replaceAll("@[0-9a-f]{5,8}", "").replace("\n", "\\n"));
    }

    static void scenario(String name, Callable<?> call) {
        try {
            line(name, call.call());
        } catch (Exception | LinkageError e) {
            Throwable cause = e;
            StringBuilder text = new StringBuilder();
            for (; cause != null; cause = cause.getCause()) {
                text.append(cause.getClass().getSimpleName()).append(": ").append(cause.getMessage()).append("; ");
            }
            line(name, text);
        }
    }

    /** How the upstream's endless answer to this caller ended. */
    static String ending(String upstream, String caller) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(upstream + "/ending/" + caller)).build();
        for (int i = 0; i < ASKED_FOR_ENDING; i++) {
            String ending = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            if (!ending.equals("open")) {
                return ending;
            }
            Thread.sleep(25);
        }
        return "still open";
    }
}
