package io.stillstream.monitoring;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.stillstream.contract.text.Printable;

/** Labels hold names that a user chose, of topics and of clients; who reads {@code /metrics} at a terminal is safe from them. */
final class PrintableTags implements MeterFilter {

    @Override
    public Meter.Id map(Meter.Id id) {
        return id.replaceTags(id.getTags().stream()
                .map(tag -> Tag.of(tag.getKey(), Printable.line(tag.getValue())))
                .toList());
    }
}
