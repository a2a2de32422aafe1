package io.stillstream.rollout.delivery;

import io.stillstream.contract.rollout.RolloutDelivery;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A URL that gets the message of each transition as a POST, with the delivery's id as {@code Idempotency-Key}. It knows when it
 * answers with a status from 200 to 299. The receiver can tell by {@link WebhookSignature} that the call is genuine.
 */
public final class Webhook implements DeliveryTarget {

    public static final String NAME = "webhook";

    private static final int OK = 200;
    private static final int REDIRECT = 300;

    private final HttpClient client;
    private final URI url;
    private final DeliveryMessage messages;
    private final Duration timeout;
    private final @Nullable WebhookSignature signature;
    private final Clock clock;

    /**
     * @param secret what the calls are signed with; empty for unsigned ones
     * @param snapshots where the trainer's snapshots are, each under its id
     */
    public Webhook(URI url, String secret, Path snapshots, Duration timeout, Clock clock) {
        this.client = HttpClient.newBuilder().connectTimeout(timeout).build();
        this.url = url;
        this.messages = new DeliveryMessage(snapshots);
        this.timeout = timeout;
        this.signature = secret.isEmpty() ? null : new WebhookSignature(secret);
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void deliver(RolloutDelivery delivery) throws InterruptedException {
        byte[] message = messages.of(delivery);
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", delivery.id())
                .POST(HttpRequest.BodyPublishers.ofByteArray(message));
        if (signature != null) {
            request.headers(signature.headers(delivery.id(), clock.instant(), message));
        }
        try {
            HttpResponse<Void> answer = client.send(request.build(), HttpResponse.BodyHandlers.discarding());
            if (answer.statusCode() < OK || answer.statusCode() >= REDIRECT) {
                throw new DeliveryException(
                        url.getHost() + " answered with the status " + answer.statusCode() + "; expected 200 to 299");
            }
        } catch (IOException e) {
            throw new DeliveryException(url.getHost() + " could not be told: " + e, e);
        }
    }
}
