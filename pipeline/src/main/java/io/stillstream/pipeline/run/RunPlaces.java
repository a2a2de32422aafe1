package io.stillstream.pipeline.run;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where what belongs to a process is found.
 *
 * @param bootstrapServers of the Kafka cluster, or of the broker in this process
 * @param embedded whether the broker is in this process
 * @param metrics where they are served; null when they are not
 */
public record RunPlaces(
        String bootstrapServers, boolean embedded, @Nullable URI metrics) {}
