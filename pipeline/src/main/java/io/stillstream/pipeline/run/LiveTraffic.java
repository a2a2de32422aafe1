package io.stillstream.pipeline.run;

import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.stage.ProducerStage;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What brings traffic into a process that runs all stages: a source, the proxy where an upstream is configured, or both.
 * Standard input, which is the source where none is named, is not read beside a proxy.
 */
final class LiveTraffic implements AutoCloseable {

    private static final ProducerReport NO_SOURCE = new ProducerReport(0, 0, List.of(), 0, Map.of(), true);

    private final @Nullable ProducerStage producer;
    private final @Nullable ProxyStage proxy;
    private final Telemetry telemetry;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private LiveTraffic(@Nullable ProducerStage producer, @Nullable ProxyStage proxy, Telemetry telemetry) {
        this.telemetry = telemetry;
        this.producer = producer;
        this.proxy = proxy;
    }

    /** The proxy serves from here on; a source is read when {@link #run} is called. */
    static LiveTraffic start(StillstreamConfig config, Stages stages, Telemetry telemetry) {
        boolean proxied = !config.proxy().upstreams().isEmpty();
        boolean fromSource = !proxied || !config.traffic().source().equals(TrafficConfig.STANDARD_INPUT);
        return new LiveTraffic(
                fromSource ? stages.producer() : null,
                proxied ? ProxyStage.start(config, stages.bootstrapServers(), telemetry) : null,
                telemetry);
    }

    /** Where callers reach the proxy, if there is one. */
    Optional<URI> proxy() {
        return Optional.ofNullable(proxy).map(ProxyStage::address);
    }

    /**
     * Brings it in, until it has ended or {@link #stop} is called; the proxy's does not end by itself. Open calls end first, and
     * what was captured of them is sent.
     */
    ProducerReport run() {
        ProducerReport read = producer == null ? NO_SOURCE : producer.run();
        if (proxy == null) {
            return read;
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        proxy.drain();
        proxy.close();
        // The meters have what both have sent.
        Progress progress = telemetry.progress();
        return new ProducerReport(
                progress.sentPrompts(),
                progress.heldOutPrompts(),
                read.rejections(),
                read.readBefore(),
                read.unknownFields(),
                true);
    }

    void stop() {
        stopped.countDown();
        if (producer != null) {
            producer.stop();
        }
    }

    @Override
    public void close() {
        stop();
        if (proxy != null) {
            proxy.close();
        }
    }
}
