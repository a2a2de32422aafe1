package io.stillstream.bench.fault.proxy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Callers of a chat API, each call with a text of its own. */
final class CallLoad {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int AT_ONCE = 16;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI place;
    private final AtomicInteger next = new AtomicInteger();

    CallLoad(String baseUrl) {
        place = URI.create(baseUrl + "/v1/chat/completions");
    }

    /**
     * What became of some calls.
     *
     * @param failed calls that were not answered with 200 and the whole of their own answer
     * @param millis of each call, ascending
     */
    record Answers(
            int calls,
            int failed,
            @SuppressWarnings("ArrayRecordComponent") double[] millis) {

        double percentile(double share) {
            return millis.length == 0
                    ? 0
                    : millis[(int) Math.min(millis.length - 1, Math.round(share * (millis.length - 1)))];
        }
    }

    /** Calls at a steady rate, whatever becomes of those before. */
    Answers steady(double rate, Duration time) {
        List<CompletableFuture<Double>> calls = new ArrayList<>();
        long start = System.nanoTime();
        for (long due = start; due - start < time.toNanos(); due = start + (long) (calls.size() * 1e9 / rate)) {
            LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
            calls.add(call());
        }
        return answers(calls);
    }

    /** So many calls, a few at once. */
    Answers all(int count) throws InterruptedException {
        List<CompletableFuture<Double>> calls = new ArrayList<>();
        var free = new Semaphore(AT_ONCE);
        for (int i = 0; i < count; i++) {
            free.acquire();
            calls.add(call().whenComplete((millis, thrown) -> free.release()));
        }
        return answers(calls);
    }

    private CompletableFuture<Double> call() {
        int number = next.getAndIncrement();
        String name = "call-" + number;
        HttpRequest request = HttpRequest.newBuilder(place)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer sk-caller")
                .POST(HttpRequest.BodyPublishers.ofString(body(name, number % 2 == 0)))
                .build();
        long sent = System.nanoTime();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(response -> {
            String expected = number % 2 == 0 ? "[DONE]" : "This answers " + name + ".";
            if (response.statusCode() != 200 || !response.body().contains(expected)) {
                throw new IllegalStateException("status " + response.statusCode() + ": " + response.body());
            }
            return (System.nanoTime() - sent) / 1e6;
        });
    }

    static String body(String name, boolean streamed) {
        return String.format(
                Locale.ROOT,
                "{\"model\":\"m\",%s\"messages\":[{\"role\":\"system\",\"content\":\"You are brief.\"},"
                        + "{\"role\":\"user\",\"content\":\"What is this? %s\"}]}",
                streamed ? "\"stream\":true," : "",
                name);
    }

    private static Answers answers(List<CompletableFuture<Double>> calls) {
        List<Double> millis = Collections.synchronizedList(new ArrayList<>());
        int failed = 0;
        for (CompletableFuture<Double> call : calls) {
            try {
                millis.add(call.join());
            } catch (java.util.concurrent.CompletionException e) {
                failed++;
            }
        }
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return new Answers(calls.size(), failed, sorted);
    }

    /** One page of text. */
    static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
