package io.stillstream.producer.parsing.field;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Pattern;

/**
 * Times as logs have them: ISO-8601 with a {@code T} or a space, with or without a zone (UTC then) and a time of day; or the
 * seconds, milliseconds, microseconds or nanoseconds since 1970, as a number or a string. Which of these a number counts, its
 * size tells, because a time is from 2000 to tomorrow.
 */
public final class Times {

    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Duration AHEAD = Duration.ofDays(1);

    /** Seconds below it lie before the year 5139; milliseconds from it on, after 1973. */
    private static final BigDecimal MOST_SECONDS = BigDecimal.TEN.pow(11);

    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.TEN.pow(9);
    private static final int FINEST_UNIT = 3;
    private static final int LONGEST_NUMBER = 40;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,20}(\\.[0-9]{0,12})?([eE]\\+?[0-9]{1,2})?");

    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendPattern("['T'][' ']HH:mm[:ss]")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
            .optionalEnd()
            .optionalStart()
            .appendPattern("[' ']")
            .appendPattern("[XXX][XX][X]['UTC']['GMT']")
            .optionalEnd()
            .optionalEnd()
            .toFormatter();

    private final Clock clock;

    public Times(Clock clock) {
        this.clock = clock;
    }

    /** @throws InvalidFieldException when it is no time, or one before 2000 or more than a day ahead */
    public Instant read(Field field) {
        if (!field.isNumber() && !field.isText()) {
            throw field.invalid("a time: ISO-8601 or a number since 1970");
        }
        String text = field.anyText().strip();
        Instant time;
        try {
            time = NUMBER.matcher(text).matches() ? sinceEpoch(new BigDecimal(text)) : iso(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw new InvalidFieldException(field.path() + " is " + shown(text)
                    + ", which is not a time; expected ISO-8601, as 2026-01-31T12:00:00Z, or seconds, milliseconds,"
                    + " microseconds or nanoseconds since 1970");
        }
        Instant latest = clock.instant().plus(AHEAD);
        if (time.isBefore(EARLIEST) || time.isAfter(latest)) {
            String meaning = NUMBER.matcher(text).matches() ? ", which is the time " + time : "";
            throw new InvalidFieldException(field.path() + " is " + shown(text) + meaning + "; expected a time from "
                    + EARLIEST + " to a day from now");
        }
        return time;
    }

    private static Instant sinceEpoch(BigDecimal number) {
        BigDecimal seconds = number;
        for (int unit = 0; unit < FINEST_UNIT && seconds.abs().compareTo(MOST_SECONDS) >= 0; unit++) {
            seconds = seconds.divide(THOUSAND);
        }
        BigDecimal nanos = seconds.remainder(BigDecimal.ONE).multiply(NANOS_PER_SECOND);
        return Instant.ofEpochSecond(seconds.toBigInteger().longValueExact(), nanos.longValue());
    }

    private static Instant iso(String text) {
        String dotted = text.replace(',', '.');
        TemporalAccessor parsed = ISO.parseBest(dotted, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
        if (parsed instanceof OffsetDateTime zoned) {
            return zoned.toInstant();
        }
        return parsed instanceof LocalDateTime local
                ? local.toInstant(ZoneOffset.UTC)
                : LocalDate.from(parsed).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private static String shown(String text) {
        return '\'' + (text.length() > LONGEST_NUMBER ? text.substring(0, LONGEST_NUMBER) + "…" : text) + '\'';
    }
}
