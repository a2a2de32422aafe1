package io.stillstream.pipeline.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text in lines of at most so many characters, broken at spaces where there are any. */
public final class WrappedText {

    private WrappedText() {}

    public static List<String> lines(String text, int columns) {
        return hanging(text.strip(), columns, "");
    }

    /**
     * The same, with the text's own indentation kept.
     *
     * @param indent before each line but the first
     */
    public static List<String> hanging(String text, int columns, String indent) {
        List<String> lines = new ArrayList<>();
        String rest = text.stripTrailing();
        int width = Math.max(1, columns);
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            int end = space > 0 && !rest.substring(0, space).isBlank() ? space : width;
            lines.add(line(lines, indent, rest.substring(0, end)));
            rest = rest.substring(end).stripLeading();
            width = Math.max(1, columns - indent.length());
        }
        lines.add(line(lines, indent, rest));
        return lines;
    }

    private static String line(List<String> before, String indent, String text) {
        return before.isEmpty() ? text.stripTrailing() : indent + text.stripTrailing();
    }
}
