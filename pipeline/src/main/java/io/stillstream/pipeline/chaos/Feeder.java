package io.stillstream.pipeline.chaos;

import io.stillstream.contract.Prompt;
import io.stillstream.contract.PromptCodec;
import java.nio.charset.StandardCharsets;
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
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Lets prompts in a few at a time, so that there is always something in flight and never all of it: as many of the whole
 * as of the kills are done, and a little ahead.
 */
final class Feeder implements AutoCloseable {

    private static final long TICK_MILLIS = 50;
    /** The tick's share of what is due until the next kill, which keeps a trickle going however long that takes. */
    private static final int TICKS_PER_SHARE = 40;

    private final ChaosPrompts prompts;
    private final String topic;
    private final int records;
    private final KafkaProducer<byte[], byte[]> producer;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger allowed = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Future<?> ticks;

    private Feeder(String bootstrapServers, String topic, ChaosPrompts prompts, int records) {
        this.prompts = prompts;
        this.topic = topic;
        this.records = records;
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        ticks = ticker.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    static Feeder start(String bootstrapServers, String topic, ChaosPrompts prompts, int records) {
        return new Feeder(bootstrapServers, topic, prompts, records);
    }

    /** Lets prompts in up to this number, spread over the next seconds. */
    void allow(int number) {
        allowed.set(Math.min(records, number));
    }

    int sent() {
        Exception cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("a prompt could not be sent to the embedded broker: " + cause, cause);
        }
        return sent.get();
    }

    @Override
    public void close() {
        ticks.cancel(false);
        ticker.shutdown();
        producer.close();
    }

    private void tick() {
        int due = allowed.get() - sent.get();
        int burst = (Math.max(0, due) + TICKS_PER_SHARE - 1) / TICKS_PER_SHARE;
        for (int i = 0; i < burst; i++) {
            Prompt prompt = prompts.get(sent.getAndIncrement());
            byte[] key = prompt.conversationId().getBytes(StandardCharsets.UTF_8);
            var unused =
                    producer.send(new ProducerRecord<>(topic, key, PromptCodec.encode(prompt)), (written, cause) -> {
                        if (cause != null) {
                            failure.compareAndSet(null, cause);
                        }
                    });
        }
    }
}
