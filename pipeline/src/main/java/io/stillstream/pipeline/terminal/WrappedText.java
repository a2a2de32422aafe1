package io.stillstream.pipeline.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text in lines of at most so many characters, broken at spaces where there are any. */
public final class WrappedText {

    private WrappedText() {}

    public static List<String> lines(String text, int columns) {
        int width = Math.max(1, columns);
        List<String> lines = new ArrayList<>();
        String rest = text.strip();
        while (rest.length() > width) {
            int space = rest.lastIndexOf(' ', width);
            int end = space > 0 ? space : width;
            lines.add(rest.substring(0, end).stripTrailing());
            rest = rest.substring(end).stripLeading();
        }
        lines.add(rest);
        return lines;
    }
}
