package io.stillstream.producer.source.format;

import io.stillstream.producer.ProducerException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a file holds, by its first bytes. Only where text could be several things does the file's name decide.
 *
 * @param kind how its lines are found
 * @param separator what ends a line, or stands between the cells of a row
 */
public record Content(Kind kind, char separator) {

    public enum Kind {
        LINES,
        JSON_VALUES,
        CSV,
        PARQUET
    }

    /**
     * Another format, or text in another form.
     *
     * @param magic its first bytes, each as a character
     */
    private record Foreign(String name, String remedy, String magic) {}

    private static final List<Foreign> FOREIGN = List.of(
            new Foreign("UTF-32", "iconv -f UTF-32 -t UTF-8", "\u00FF\u00FE\0\0"),
            new Foreign("UTF-32", "iconv -f UTF-32 -t UTF-8", "\0\0\u00FE\u00FF"),
            new Foreign("UTF-16", "iconv -f UTF-16 -t UTF-8", "\u00FF\u00FE"),
            new Foreign("UTF-16", "iconv -f UTF-16 -t UTF-8", "\u00FE\u00FF"),
            new Foreign("a zip archive", "unzip -p", "PK\u0003\u0004"),
            new Foreign("compressed with bzip2", "bzip2 -dc", "BZh"),
            new Foreign("compressed with xz", "xz -dc", "\u00FD7zXZ"),
            new Foreign("compressed with lz4", "lz4 -dc", "\u0004\"M\u0018"));

    private static final String PARQUET_MAGIC = "PAR1";
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String DELIMITERS = ",\t;|";
    private static final Pattern TABLE_NAME = Pattern.compile(".*\\.(csv|tsv)(\\.(gz|zst))?", Pattern.CASE_INSENSITIVE);
    /** Columns by which a first row is known to be a header. */
    private static final Set<String> COLUMNS = Set.of(
            "prompt",
            "messages",
            "conversations",
            "instruction",
            "question",
            "query",
            "response",
            "completion",
            "answer",
            "text",
            "chosen");

    /**
     * @param name of the file
     * @param head its first bytes, decompressed
     * @throws ProducerException when they are of a format that is not read
     */
    public static Content of(String name, byte[] head) {
        String bytes = new String(head, StandardCharsets.ISO_8859_1);
        for (Foreign foreign : FOREIGN) {
            if (bytes.startsWith(foreign.magic())) {
                throw unreadable(name, foreign.name(), foreign.remedy());
            }
        }
        if (isUtf16(head, 1)) {
            throw unreadable(name, "UTF-16 (little-endian)", "iconv -f UTF-16LE -t UTF-8");
        }
        if (isUtf16(head, 0)) {
            throw unreadable(name, "UTF-16 (big-endian)", "iconv -f UTF-16BE -t UTF-8");
        }
        String text = new String(head, StandardCharsets.UTF_8).replace(BYTE_ORDER_MARK, "");
        if (text.startsWith(PARQUET_MAGIC)) {
            return new Content(Kind.PARQUET, '\n');
        }
        String first = text.stripLeading();
        if (first.startsWith("[") || first.startsWith("{")) {
            return isOverSeveralLines(first) ? new Content(Kind.JSON_VALUES, ',') : lines(text);
        }
        char delimiter = delimiter(firstLine(first));
        if (TABLE_NAME.matcher(name).matches() || isHeader(first, delimiter)) {
            return new Content(Kind.CSV, delimiter);
        }
        return lines(text);
    }

    /** Lines that a lone carriage return ends are those of old systems and of some spreadsheets. */
    private static Content lines(String text) {
        return new Content(Kind.LINES, text.indexOf('\n') < 0 && text.indexOf('\r') >= 0 ? '\r' : '\n');
    }

    /** Whether what begins with a bracket is an array or an indented object, and not one object a line. */
    private static boolean isOverSeveralLines(String text) {
        String line = firstLine(text);
        String after = text.substring(line.length()).strip();
        boolean whole = isWhole(line);
        if (line.startsWith("[")) {
            return !whole || after.isEmpty();
        }
        return line.strip().equals("{") || (!whole && !after.isEmpty() && !after.startsWith("{"));
    }

    private static boolean isWhole(String line) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char next = line.charAt(i);
            if (quoted) {
                i += next == '\\' ? 1 : 0;
                quoted = next != '"';
            } else if (next == '"') {
                quoted = true;
            } else if (next == '{' || next == '[') {
                depth++;
            } else if (next == '}' || next == ']') {
                depth--;
            }
        }
        return depth <= 0 && !quoted;
    }

    private static boolean isHeader(String text, char delimiter) {
        String header = firstLine(text);
        String after = text.substring(header.length()).strip();
        if (header.indexOf(delimiter) < 0 || after.startsWith("{")) {
            return false;
        }
        for (String cell : header.split(Pattern.quote(String.valueOf(delimiter)), -1)) {
            if (COLUMNS.contains(cell.replace("\"", "").strip().toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    private static char delimiter(String header) {
        char best = DELIMITERS.charAt(0);
        long most = 0;
        for (int i = 0; i < DELIMITERS.length(); i++) {
            char delimiter = DELIMITERS.charAt(i);
            long count =
                    header.chars().filter(character -> character == delimiter).count();
            if (count > most) {
                most = count;
                best = delimiter;
            }
        }
        return best;
    }

    private static String firstLine(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return text.substring(0, end);
    }

    /** JSON and CSV begin with ASCII, of which every other byte is 0 in UTF-16. */
    private static boolean isUtf16(byte[] head, int zero) {
        return head.length >= 4 && head[zero] == 0 && head[zero + 2] == 0 && head[1 - zero] != 0 && head[3 - zero] != 0;
    }

    private static ProducerException unreadable(String name, String what, String remedy) {
        return new ProducerException(name + " is " + what
                + "; expected UTF-8 text (JSON lines, a JSON array or CSV, also with gzip or zstd) or Parquet. Convert it"
                + " first: " + remedy + " " + name + " > OTHER");
    }
}
