package io.stillstream.bench.fault.rollback;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Calls of many conversations at a steady rate, whatever becomes of them; every other one is streamed. */
final class Conversations implements Runnable {

    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("\"code\":\"([^\"]*)\"");
    private static final String BROKEN_OFF = "broken off";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int WHOLE = 200;

    /**
     * A call that has ended.
     *
     * @param sent in {@link System#nanoTime}
     * @param model who answered, as the answer says; empty where it says nothing
     * @param problem why it was not answered to the end by a model; empty where it was
     */
    record Answer(String conversation, long sent, long ended, String model, String problem) {

        boolean ok() {
            return problem.isEmpty();
        }

        /** Whether it had begun, and did not come to its end. */
        boolean brokenOff() {
            return problem.startsWith(BROKEN_OFF);
        }
    }

    private final HttpClient client;
    private final URI address;
    private final int rate;
    private final int conversations;
    private final SplittableRandom random;
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean stopping;

    /**
     * @param rate calls a second
     * @param conversations how many there are
     */
    Conversations(HttpClient client, URI proxy, int rate, int conversations, long seed) {
        this.client = client;
        this.address = URI.create(proxy + "/v1/completions");
        this.rate = rate;
        this.conversations = conversations;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public void run() {
        long between = TimeUnit.SECONDS.toNanos(1) / rate;
        long next = System.nanoTime();
        for (int call = 0; !stopping; call++) {
            next += between;
            try {
                TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
            } catch (InterruptedException e) {
                return;
            }
            send("conversation-" + random.nextInt(conversations), call % 2 == 0);
        }
    }

    private void send(String conversation, boolean streamed) {
        String body = "{\"model\":\"gpt-production\",\"prompt\":\"Once upon a time\",\"max_tokens\":8,\"stream\":"
                + streamed + "}";
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer of-production")
                .header("x-conversation-id", conversation)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        long sent = System.nanoTime();
        open.incrementAndGet();
        var unused = client.sendAsync(request, BodyHandlers.ofByteArray()).whenComplete((answer, failure) -> {
            answers.add(answer(conversation, sent, streamed, answer, failure));
            open.decrementAndGet();
        });
    }

    private static Answer answer(
            String conversation,
            long sent,
            boolean streamed,
            @Nullable HttpResponse<byte[]> answer,
            @Nullable Throwable failure) {
        long ended = System.nanoTime();
        if (answer == null) {
            Throwable cause = failure == null || failure.getCause() == null ? failure : failure.getCause();
            String said = String.valueOf(cause);
            // The JDK's client names the state of its parser where a body ends too early.
            boolean within = said.contains("chunked transfer encoding") || said.contains("fixed content-length");
            return new Answer(conversation, sent, ended, "", within ? BROKEN_OFF + ": " + said : said);
        }
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        Matcher matcher = MODEL.matcher(text);
        String model = matcher.find() ? matcher.group(1) : "";
        boolean whole = !streamed || model.equals(ProductionApi.MODEL) || text.contains("data: [DONE]");
        Matcher code = CODE.matcher(text);
        String problem = answer.statusCode() != WHOLE
                ? "status " + answer.statusCode() + (code.find() ? " " + code.group(1) : "")
                : whole ? "" : BROKEN_OFF;
        return new Answer(
                conversation, sent, ended, model, problem.isEmpty() && model.isEmpty() ? "no model named" : problem);
    }

    /** Sends no more, and waits for what is open. */
    void stop() throws InterruptedException {
        stopping = true;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (open.get() > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    List<Answer> answers() {
        return new ArrayList<>(answers);
    }
}
