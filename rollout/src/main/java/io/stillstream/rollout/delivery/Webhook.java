package io.stillstream.rollout.delivery;

import io.stillstream.contract.rollout.RolloutDelivery;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A URL that gets the message of each transition as a POST, with the delivery's id as {@code Idempotency-Key}. It knows when it
 * answers with a status from 200 to 299.
 */
public final class Webhook implements DeliveryTarget {

    public static final String NAME = "webhook";

    private static final int OK = 200;
    private static final int REDIRECT = 300;

    private final HttpClient client;
    private final URI url;
    private final DeliveryMessage messages;
    private final Duration timeout;

    /** @param snapshots where the trainer's snapshots are, each under its id */
    public Webhook(URI url, Path snapshots, Duration timeout) {
        this.client = HttpClient.newBuilder().connectTimeout(timeout).build();
        this.url = url;
        this.messages = new DeliveryMessage(snapshots);
        this.timeout = timeout;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void deliver(RolloutDelivery delivery) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", delivery.id())
                .POST(HttpRequest.BodyPublishers.ofByteArray(messages.of(delivery)))
                .build();
        try {
            HttpResponse<Void> answer = client.send(request, HttpResponse.BodyHandlers.discarding());
            if (answer.statusCode() < OK || answer.statusCode() >= REDIRECT) {
                throw new DeliveryException(
                        url.getHost() + " answered with the status " + answer.statusCode() + "; expected 200 to 299");
            }
        } catch (IOException e) {
            throw new DeliveryException(url.getHost() + " could not be told: " + e, e);
        }
    }
}
