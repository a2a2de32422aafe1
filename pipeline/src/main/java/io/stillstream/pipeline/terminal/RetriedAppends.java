package io.stillstream.pipeline.terminal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Keeps out of the log what the embedded broker calls an error and is none: while it adds a partition to a transaction, it turns
 * away the batches that follow the first one, and their producer sends them again. Where that fails, the producer's own exception
 * says so.
 */
public final class RetriedAppends extends TurboFilter {

    private static final String REPLICAS = "kafka.server.ReplicaManager";

    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        return thrown instanceof OutOfOrderSequenceException && logger.getName().equals(REPLICAS)
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
