package io.stillstream.producer.parsing;

import io.stillstream.producer.parsing.field.Field;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The fields of accepted lines that nobody read, by their paths, with the number of lines that have each. */
public final class UnknownFields {

    /** Where lines name their fields after data, the names are without end. */
    private static final int MOST_NAMES = 200;

    private static final int LONGEST_NAME = 80;
    private static final String OTHERS = "(others)";
    private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]");

    private final Map<String, Long> counts = new TreeMap<>();

    void add(Field line) {
        Set<String> names = new TreeSet<>();
        line.unread(path -> names.add(name(path)));
        names.forEach(name -> counts.merge(known(name) ? name : OTHERS, 1L, Long::sum));
    }

    private boolean known(String name) {
        return counts.size() < MOST_NAMES || counts.containsKey(name);
    }

    static String name(String path) {
        String name = INDEX.matcher(path).replaceAll("[]").replaceAll("\\p{Cntrl}", "?");
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
    }

    /** How many lines have each. */
    public Map<String, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }
}
