package io.stillstream.producer.capture;

import io.stillstream.contract.Topics;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.monitoring.traffic.CaptureMeters;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.capture.body.UnreadableBodyException;
import io.stillstream.producer.capture.body.WireRequest;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CallSink;
import io.stillstream.producer.capture.call.CalledConversation;
import io.stillstream.producer.capture.call.CaptureHeaders;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.Conversations;
import io.stillstream.producer.capture.call.FeedbackAnswer;
import io.stillstream.producer.capture.delivery.PromptDelivery;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionKey;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes prompts of finished calls. Whoever offers one goes on at once: the call waits in a bounded queue, workers read it, and
 * what comes of it is redacted before it is kept anywhere but in this queue. Whatever does not get through is counted by its
 * reason. Closing it drains what was taken, for as long as the configuration says.
 */
public final class Capture implements CallSink, Conversations, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

    private static final Set<String> NO = Set.of("no", "false", "0", "off");
    private static final int LEAST_SUCCESS = 200;
    private static final int LEAST_REDIRECTION = 300;

    private final CaptureConfig config;
    private final CallIdentity identity;
    private final CallQueue queue;
    private final PromptGate gate;
    private final FeedbackTaker feedback;
    private final PromptDelivery delivery;
    private final CaptureMeters meters;
    private final List<Worker> workers = new ArrayList<>();

    private Capture(
            CaptureConfig config,
            double heldOut,
            CallIdentity identity,
            CallHistory history,
            PromptGate gate,
            PromptDelivery delivery,
            CaptureMeters meters,
            Clock clock) {
        this.config = config;
        this.identity = identity;
        this.gate = gate;
        this.delivery = delivery;
        this.meters = meters;
        queue = new CallQueue(config.queueBytes(), config.tenantQueueShare());
        var recent = new RecentPrompts(config.feedbackWindow(), config.feedbackBytes(), clock);
        feedback = new FeedbackTaker(identity, history, recent, gate, meters, clock, config.feedbackWindow());
        meters.watch(() -> new CaptureMeters.Waiting(
                queue.bytes(), delivery.bufferBytes(), delivery.spoolBytes(), delivery.spoolRecords()));
        var rates = new TenantRates(config.tenantPromptsPerMinute(), clock);
        for (int i = 0; i < config.workers(); i++) {
            var unknown = new UnknownFields();
            PromptParser parser = PromptParser.ofCalls(heldOut, clock, unknown);
            workers.add(new Worker(i, new CallReader(config, identity, history, rates, parser), unknown));
        }
        workers.forEach(worker -> worker.thread.start());
    }

    /**
     * Starts; Kafka need not be there.
     *
     * @param heldOut the share of conversations that is kept from training
     * @param kafka properties of the Kafka client, {@code bootstrap.servers} among them
     * @param dataDirectory where a spool with a relative path lies
     * @throws ProducerException when the Kafka client's properties are wrong, or the spool cannot be used
     */
    public static Capture start(
            CaptureConfig config,
            double heldOut,
            Topics topics,
            Map<String, Object> kafka,
            Path dataDirectory,
            Redaction redaction,
            RedactionKey key,
            Telemetry telemetry) {
        Clock clock = Clock.systemUTC();
        CaptureMeters meters = telemetry.capture();
        PromptDelivery delivery = PromptDelivery.start(
                config.spool(),
                dataDirectory,
                config.bufferBytes(),
                config.deliveryTimeout(),
                kafka,
                meters,
                telemetry.producer());
        var identity = new CallIdentity(key, config.headers(), config.sample());
        var history = new CallHistory(identity, config.duplicateWindow(), clock);
        var gate = new PromptGate(redaction, delivery, topics, meters);
        return new Capture(config, heldOut, identity, history, gate, delivery, meters, clock);
    }

    @Override
    public boolean wants(String path, Map<String, String> headers) {
        if (!CapturedPaths.contains(path)) {
            return false;
        }
        String optOut = headers.getOrDefault(config.headers().optOut(), "").strip();
        if (NO.contains(optOut.toLowerCase(Locale.ROOT))) {
            meters.recordDropped(CaptureDrop.OPT_OUT);
            return false;
        }
        String conversation = identity.conversation(headers);
        if (conversation != null && !identity.sampled(conversation)) {
            meters.recordDropped(CaptureDrop.NOT_SAMPLED);
            return false;
        }
        return true;
    }

    @Override
    public Optional<CalledConversation> of(Map<String, String> headers, @Nullable String caller, byte[] body) {
        try {
            WireRequest request = WireRequest.read(body, null, config.maxDecodedBytes());
            String tenant = identity.tenant(headers, caller);
            return Optional.of(new CalledConversation(
                    identity.conversation(headers, tenant, request), tenant, request.model(), request.asksForTools()));
        } catch (UnreadableBodyException e) {
            // Whoever it is sent to says what is wrong with it.
            return Optional.empty();
        }
    }

    @Override
    public void offer(CapturedCall call) {
        refusal(call)
                .or(() -> queue.offer(new CallQueue.Waiting(call, identity.tenant(call.headers(), call.caller()))))
                .ifPresent(meters::recordDropped);
    }

    private static Optional<CaptureDrop> refusal(CapturedCall call) {
        boolean succeeded = call.status() >= LEAST_SUCCESS && call.status() < LEAST_REDIRECTION;
        if (call.status() != 0 && !succeeded) {
            return Optional.of(CaptureDrop.FAILED_CALL);
        }
        if (!call.request().whole() || !call.response().whole()) {
            return Optional.of(CaptureDrop.BODY_TOO_LARGE);
        }
        if (succeeded && call.response().bytes().length > 0) {
            return Optional.empty();
        }
        return Optional.of(call.end() == CallEnd.CALLER_GONE ? CaptureDrop.PARTIAL : CaptureDrop.FAILED_CALL);
    }

    /**
     * Takes what somebody says of an answer, as {@code {"response_id": …, "score": 0 to 1, "correction": …}} or with {@code
     * conversation_id}.
     *
     * @param headers those that {@link CaptureHeaders#names} names, by their lower-case names
     * @param caller the credential of whoever says it: feedback is about calls of the same tenant
     */
    public FeedbackAnswer feedback(byte[] json, Map<String, String> headers, @Nullable String caller) {
        return feedback.take(json, identity.tenant(headers, caller));
    }

    @Override
    public void close() {
        long end = System.nanoTime() + config.drainTimeout().toNanos();
        queue.close();
        boolean interrupted = false;
        for (Worker worker : workers) {
            try {
                worker.thread.join(
                        Math.max(1, Duration.ofNanos(end - System.nanoTime()).toMillis()));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        int unread = queue.clear();
        if (unread > 0) {
            LOG.warn("{} calls could not be read before the stop and are lost", unread);
            meters.recordDropped(CaptureDrop.UNDELIVERED, unread);
        }
        delivery.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        workers.forEach(Worker::reportUnknown);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads calls until there are no more. */
    private final class Worker implements Runnable {

        private final CallReader reader;
        private final UnknownFields unknown;
        private final Thread thread;

        Worker(int number, CallReader reader, UnknownFields unknown) {
            this.reader = reader;
            this.unknown = unknown;
            thread = new Thread(this, "capture-" + number);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            try {
                for (CallQueue.Waiting next = queue.take(); next != null; next = queue.take()) {
                    read(next);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void read(CallQueue.Waiting waiting) {
            try {
                take(waiting, reader.read(waiting.call(), waiting.tenant()));
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                // Only its class: the message may quote the call.
                LOG.error("a call could not be captured, which is a fault of this software: {}", e.getClass());
                LOG.debug("at", e);
                meters.recordDropped(CaptureDrop.INTERNAL_ERROR);
            }
        }

        private void take(CallQueue.Waiting waiting, ReadCall read) {
            if (read instanceof ReadCall.Dropped dropped) {
                meters.recordDropped(dropped.reason());
            } else if (read instanceof ReadCall.Unreadable unreadable) {
                gate.reject(
                        unreadable.bytes(),
                        unreadable.rejection(),
                        waiting.call().upstream());
            } else if (read instanceof ReadCall.Prompts prompts) {
                write(waiting, prompts);
            }
        }

        private void write(CallQueue.Waiting waiting, ReadCall.Prompts read) {
            Instant endedAt = waiting.call().startedAt().plus(waiting.call().duration());
            boolean first = true;
            for (Prompt prompt : read.prompts()) {
                byte[] written = gate.write(
                        prompt, waiting.call().request().bytes(), waiting.call().upstream(), endedAt);
                if (written != null && first) {
                    feedback.remember(waiting.tenant(), read.conversation(), read.responseId(), prompt.id(), written);
                    first = false;
                }
            }
        }

        private void reportUnknown() {
            if (!thread.isAlive() && !unknown.counts().isEmpty()) {
                LOG.warn("fields that nobody knows were left out: {}", gate.redacted(unknown.counts()));
            }
        }
    }
}
