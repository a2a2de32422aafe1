package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.source.EndOfSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends prompts a few at a time, so that some are always in flight and never all: those that are allowed within a few seconds,
 * and beyond that a trickle. Every {@value Arrivals#END_EVERY} of them are a source that ends.
 */
public final class Feeder implements AutoCloseable {

    private static final long TICK_MILLIS = 50;
    private static final int TICKS_PER_BURST = 40;

    private final ChaosPrompts prompts;
    private final String topic;
    private final int records;
    private final double trickle;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger allowed = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Future<?> ticks;
    private double trickled;

    private Feeder(String bootstrapServers, String topic, ChaosPrompts prompts, int records, double tricklePerSecond) {
        this.prompts = prompts;
        this.topic = topic;
        this.records = records;
        this.trickle = tricklePerSecond * TICK_MILLIS / 1000;
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        ticks = ticker.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * @param records how many there are
     * @param tricklePerSecond how many to let in whatever is allowed
     */
    public static Feeder start(
            String bootstrapServers, String topic, ChaosPrompts prompts, int records, double tricklePerSecond) {
        return new Feeder(bootstrapServers, topic, prompts, records, tricklePerSecond);
    }

    /** Lets prompts in up to this number, spread over the next seconds. */
    public void allow(int number) {
        allowed.set(Math.min(records, number));
    }

    public int sent() {
        Exception cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("a prompt could not be sent to the broker: " + cause, cause);
        }
        return sent.get();
    }

    @Override
    public void close() {
        ticks.cancel(false);
        ticker.shutdown();
        producer.close();
    }

    /** So many prompts, sent by this client, are a source that ends. */
    private void sendEnd(int prompts) {
        int partitions = producer.partitionsFor(topic).size();
        for (int partition = 0; partition < partitions; partition++) {
            var end = new EndOfSource(Integer.toString(prompts), "chaos", partition, partitions, Instant.now());
            var marker = new ProducerRecord<>(
                    topic, partition, end.source().getBytes(StandardCharsets.UTF_8), EndOfSourceCodec.encode(end));
            EndOfSource.headers().forEach(marker.headers()::add);
            var unused = producer.send(marker, this::note);
        }
    }

    private void note(RecordMetadata written, @Nullable Exception cause) {
        if (cause != null) {
            failure.compareAndSet(null, cause);
        }
    }

    private void tick() {
        trickled += trickle;
        int due = Math.max(0, allowed.get() - sent.get());
        int burst = Math.max((due + TICKS_PER_BURST - 1) / TICKS_PER_BURST, (int) trickled);
        trickled -= (int) trickled;
        int left = records - sent.get();
        for (int i = 0; i < Math.min(burst, left); i++) {
            Prompt prompt = prompts.get(sent.get());
            byte[] key = prompt.conversationId().getBytes(StandardCharsets.UTF_8);
            var unused = producer.send(new ProducerRecord<>(topic, key, PromptCodec.encode(prompt)), this::note);
            if (sent.incrementAndGet() % Arrivals.END_EVERY == 0) {
                sendEnd(sent.get());
            }
        }
    }
}
