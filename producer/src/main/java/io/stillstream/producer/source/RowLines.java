package io.stillstream.producer.source;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.source.format.Rows;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of a table as lines, each a JSON object with the columns as its fields. A row without a value has no such field. */
final class RowLines implements LineSource {

    /** What is damaged at its beginning is found here. */
    @FunctionalInterface
    interface Opening {
        Rows open() throws IOException;
    }

    private static final byte[] LINE_BREAK = {'\n'};

    private final ObjectMapper json = JsonMapper.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();
    private final String name;
    private final Opening opening;
    private final Closeable in;
    private final int headerRows;
    private final int maxLineBytes;
    private final ReadTracker tracker;
    private @Nullable Rows rows;
    private boolean ended;

    /**
     * @param opening of the table, at the first row that is asked for
     * @param in what it is read from
     * @param headerRows rows that are no records and are counted all the same, as a spreadsheet does
     * @param linesBefore the lines of earlier files of that name: numbers continue after them
     */
    RowLines(String name, Opening opening, Closeable in, int headerRows, int maxLineBytes, long linesBefore) {
        this.name = name;
        this.opening = opening;
        this.in = in;
        this.headerRows = headerRows;
        this.maxLineBytes = maxLineBytes;
        tracker = new ReadTracker(linesBefore);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Polled poll(Duration patience) {
        if (ended) {
            return new Polled.End();
        }
        try {
            Rows.@Nullable Row row = rows().next();
            if (row == null) {
                ended = true;
                return new Polled.End();
            }
            Line line = line(json.writeValueAsBytes(row.fields()));
            String problem = row.problem();
            return problem == null
                    ? line
                    : new Polled.Unusable(line, new Rejection(RejectionCode.MALFORMED_ROW, problem), false);
        } catch (IOException e) {
            ended = true;
            long whole = tracker.line();
            return new Polled.Unusable(
                    new Line(whole + headerRows + 1, new byte[0], 0),
                    new Rejection(
                            RejectionCode.DAMAGED_FILE,
                            "after " + whole + " rows it cannot be read further: " + e.getMessage()),
                    true);
        }
    }

    @Override
    public Optional<ReadPosition> position() {
        return Optional.of(tracker.position());
    }

    @Override
    public boolean resume(ReadPosition position, Consumer<Line> passed) {
        for (long rows = position.line() - position.linesBefore(); rows > 0; rows--) {
            Polled polled = poll(Duration.ZERO);
            if (polled instanceof Polled.End) {
                return false;
            }
            if (polled instanceof Line line) {
                passed.accept(line);
            }
        }
        return tracker.position().equals(position);
    }

    private Rows rows() throws IOException {
        Rows opened = rows;
        if (opened == null) {
            opened = opening.open();
            rows = opened;
        }
        return opened;
    }

    @Override
    public void close() {
        try (in) {
            if (rows != null) {
                rows.close();
            }
        } catch (IOException e) {
            throw new ProducerException("could not close " + name, e);
        }
    }

    private Line line(byte[] text) {
        tracker.part(text, 0, text.length);
        long number = tracker.lineEnd(LINE_BREAK, 0, LINE_BREAK.length);
        byte[] kept = text.length > maxLineBytes ? Arrays.copyOf(text, Math.min(maxLineBytes, Line.KEPT_BYTES)) : text;
        return new Line(number + headerRows, kept, text.length);
    }
}
