package io.stillstream.producer.proxy.rollout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call goes.
 *
 * @param destinations to be asked in order; the last is production
 * @param shadow where a copy goes, too; null for nowhere
 */
public record RoutedCall(
        List<Destination> destinations, @Nullable Destination shadow) {

    public RoutedCall {
        destinations = List.copyOf(destinations);
    }

    /** The last that is asked. */
    public Destination production() {
        return destinations.get(destinations.size() - 1);
    }
}
