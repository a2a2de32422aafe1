package io.stillstream.bench.redaction;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for planted values in bytes, as they stand and with JSON's escapes undone, twice for JSON within JSON. Remembers what was found
 * where.
 */
final class CanarySearch {

    /** Begins the lines of a private key that say nothing. */
    private static final String FRAME = "-----";

    private static final int SHORTEST = 6;
    private static final int ESCAPES_UNDONE = 2;
    private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{4}|[\"\\\\/bfnrt])");

    /** By their first bytes. */
    private final Map<Long, List<byte[]>> values = new HashMap<>();

    private final Map<String, Set<String>> found = new LinkedHashMap<>();
    private final Map<String, Long> looked = new LinkedHashMap<>();

    CanarySearch(List<PlantedValue> planted) {
        // A line each: the breaks between them may be escaped.
        planted.stream()
                .flatMap(value -> value.text().lines())
                .filter(line -> !line.startsWith(FRAME))
                .distinct()
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .filter(line -> line.length >= SHORTEST)
                .forEach(line -> values.computeIfAbsent(first(line, 0), key -> new ArrayList<>())
                        .add(line));
    }

    /** How many lines of values are looked for. */
    int size() {
        return values.values().stream().mapToInt(List::size).sum();
    }

    /** Those that were found there. */
    Set<String> found(String place) {
        return found.getOrDefault(place, Set.of());
    }

    /** How many bytes were looked through there. */
    long bytes(String place) {
        return looked.getOrDefault(place, 0L);
    }

    Set<String> places() {
        return looked.keySet();
    }

    /** In all files of a directory. */
    void inFiles(String place, Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                inBytes(place, Files.readAllBytes(file));
            }
        }
    }

    void inBytes(String place, byte[] bytes) {
        looked.merge(place, (long) bytes.length, Long::sum);
        look(place, bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        for (int i = 0; i < ESCAPES_UNDONE && text.indexOf('\\') >= 0; i++) {
            text = ESCAPE.matcher(text).replaceAll(CanarySearch::letter);
            look(place, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String letter(MatchResult escape) {
        String kind = escape.group(1);
        String letter = switch (kind.charAt(0)) {
            case 'u' -> String.valueOf((char) Integer.parseInt(kind.substring(1), 16));
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            default -> kind;
        };
        return Matcher.quoteReplacement(letter);
    }

    private void look(String place, byte[] bytes) {
        for (int at = 0; at + SHORTEST <= bytes.length; at++) {
            for (byte[] value : values.getOrDefault(first(bytes, at), List.of())) {
                if (isAt(value, bytes, at)) {
                    found.computeIfAbsent(place, key -> new TreeSet<>()).add(new String(value, StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static boolean isAt(byte[] value, byte[] bytes, int at) {
        return at + value.length <= bytes.length && Arrays.equals(value, 0, value.length, bytes, at, at + value.length);
    }

    private static long first(byte[] bytes, int at) {
        long first = 0;
        for (int i = 0; i < SHORTEST; i++) {
            first = (first << Byte.SIZE) | (bytes[at + i] & 0xff);
        }
        return first;
    }
}
