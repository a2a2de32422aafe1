package io.stillstream.producer.source.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.stillstream.contract.codec.ExactJson;
import io.stillstream.contract.text.Printable;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file whose first row names the columns. A cell is text, except that a list or an object in a column that
 * holds such (messages, tools and the like) is taken as JSON, and that a weight is a number. An empty cell is no value.
 *
 * <p>The file is read as Latin-1, in which each byte is one character, and each cell is decoded as UTF-8 by itself: bytes that
 * are not UTF-8 then spoil one row and not the file.
 */
public final class CsvRows implements Rows {

    private static final Set<String> STRUCTURED = Set.of(
            "messages",
            "conversations",
            "conversation",
            "tools",
            "functions",
            "metadata",
            "request",
            "chosen",
            "rejected",
            "choices",
            "body");
    private static final Set<String> NUMBERS = Set.of("weight", "status", "status_code");
    /** A row of more bytes than a line may ever have: a quote that is not closed, which would be read into memory whole. */
    private static final int LONGEST_ROW = 64 << 20;

    private final ExactJson json = new ExactJson();
    private final BoundedReader reader;
    private final CSVParser parser;
    private final Iterator<CSVRecord> records;
    private final List<String> columns;

    /** @throws IOException when the first row cannot be read, or names a column twice */
    public CsvRows(InputStream in, char delimiter) throws IOException {
        reader = new BoundedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1));
        parser = CSVFormat.RFC4180
                .builder()
                .setDelimiter(delimiter)
                .setIgnoreEmptyLines(true)
                .setTrailingData(true)
                .get()
                .parse(reader);
        records = parser.iterator();
        CSVRecord header = read();
        columns = header == null
                ? List.of()
                : header.stream()
                        .map(cell -> new String(cell.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                        .map(cell -> cell.replace("\uFEFF", "").strip())
                        .toList();
        requireDistinct();
    }

    private void requireDistinct() throws IOException {
        Set<String> seen = new HashSet<>();
        for (String column : columns) {
            if (!column.isEmpty() && !seen.add(column)) {
                throw new IOException("the first row names the column '" + Printable.line(column) + "' twice");
            }
        }
    }

    @Override
    public @Nullable Row next() throws IOException {
        CSVRecord cells = read();
        if (cells == null) {
            return null;
        }
        ObjectNode row = json.object();
        String problem = null;
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            if (cell.isEmpty()) {
                continue;
            }
            String column = i < columns.size() && !columns.get(i).isEmpty() ? columns.get(i) : "column " + (i + 1);
            if (i >= columns.size()) {
                problem = "the row has " + cells.size() + " cells; expected at most the " + columns.size()
                        + " that the first row names";
            }
            byte[] bytes = cell.getBytes(StandardCharsets.ISO_8859_1);
            try {
                row.set(column, value(column, decode(bytes)));
            } catch (CharacterCodingException e) {
                problem = "the cell in column " + column + " is not valid UTF-8";
                row.put(column, cell);
            }
        }
        return new Row(row, problem);
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    private @Nullable CSVRecord read() throws IOException {
        reader.rowBegins();
        try {
            return records.hasNext() ? records.next() : null;
        } catch (UncheckedIOException | IllegalStateException e) {
            throw new IOException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        }
    }

    private JsonNode value(String column, String text) {
        String known = column.toLowerCase(Locale.ROOT);
        if (STRUCTURED.contains(known) || NUMBERS.contains(known)) {
            try {
                JsonNode parsed = json.read(text);
                if (NUMBERS.contains(known) ? parsed.isNumber() : isStructure(parsed)) {
                    return parsed;
                }
            } catch (JsonProcessingException e) {
                return TextNode.valueOf(text);
            }
        }
        return TextNode.valueOf(text);
    }

    private static boolean isStructure(JsonNode parsed) {
        return parsed.isObject()
                || (parsed.isArray()
                        && StreamSupport.stream(parsed.spliterator(), false).allMatch(JsonNode::isObject));
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    /** Fails in a row that does not end. */
    private static final class BoundedReader extends FilterReader {

        private long row;

        BoundedReader(Reader in) {
            super(in);
        }

        void rowBegins() {
            row = 0;
        }

        @Override
        public int read(char[] characters, int offset, int length) throws IOException {
            int read = super.read(characters, offset, length);
            row += Math.max(0, read);
            if (row > LONGEST_ROW) {
                throw new IOException("a row has more than " + LONGEST_ROW + " bytes; is a quote not closed?");
            }
            return read;
        }
    }
}
