package io.stillstream.producer.source.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;

/** Timestamps of old Parquet writers: nanoseconds of the day and the Julian day, in twelve little-endian bytes. */
final class Int96 {

    private static final int JULIAN_DAY_OF_EPOCH = 2_440_588;

    private Int96() {}

    static Instant instant(ByteBuffer bytes) {
        ByteBuffer little = bytes.order(ByteOrder.LITTLE_ENDIAN);
        long nanosOfDay = little.getLong();
        long day = (long) little.getInt() - JULIAN_DAY_OF_EPOCH;
        return Instant.EPOCH.plus(Duration.ofDays(day)).plusNanos(nanosOfDay);
    }
}
