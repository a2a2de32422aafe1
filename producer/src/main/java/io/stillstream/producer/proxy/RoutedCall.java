package io.stillstream.producer.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call goes.
 *
 * @param destinations to be asked in order; the last is production
 * @param shadow where a copy goes, too; null for nowhere
 */
record RoutedCall(List<Destination> destinations, @Nullable Destination shadow) {

    RoutedCall {
        destinations = List.copyOf(destinations);
    }

    /** The last that is asked. */
    Destination production() {
        return destinations.get(destinations.size() - 1);
    }
}
