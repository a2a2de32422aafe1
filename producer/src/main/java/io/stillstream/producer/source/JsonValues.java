package io.stillstream.producer.source;

import org.jspecify.annotations.Nullable;

/**
 * A line is a JSON value, over as many lines of text as it takes: the elements of an array, or values one after another. Only
 * brackets and quotes are looked at, so each value is passed on byte for byte, and one that is no valid JSON is found by
 * whoever reads it.
 */
final class JsonValues extends Splitter {

    private boolean arrayOpen;
    private boolean inside;
    private boolean quoted;
    private boolean escaped;
    private int depth;

    JsonValues(int maxLineBytes, long linesBefore) {
        super(maxLineBytes, linesBefore);
    }

    @Override
    Step step(byte next) {
        if (quoted) {
            return inText(next);
        }
        return inside ? inValue(next) : between(next);
    }

    @Override
    @Nullable
    String unfinished() {
        return arrayOpen ? "the array is not closed: the file is cut off" : null;
    }

    private Step between(byte next) {
        if (isSpace(next) || next == ',' || next == (byte) 0xEF || next == (byte) 0xBB || next == (byte) 0xBF) {
            return Step.BETWEEN;
        }
        if (next == '[' && !arrayOpen) {
            arrayOpen = true;
            return Step.BETWEEN;
        }
        if (next == ']' && arrayOpen) {
            arrayOpen = false;
            return Step.BETWEEN;
        }
        if (next == ']' || next == '}') {
            return Step.LAST;
        }
        inside = true;
        return inValue(next);
    }

    private Step inValue(byte next) {
        switch (next) {
            case '"' -> quoted = true;
            case '{', '[' -> depth++;
            case '}', ']' -> {
                if (depth == 0 && next == ']' && arrayOpen) {
                    arrayOpen = false;
                    return ended(Step.BREAK);
                }
                depth = Math.max(0, depth - 1);
                return depth == 0 ? ended(Step.LAST) : Step.PART;
            }
            default -> {
                if (depth == 0 && (next == ',' || isSpace(next))) {
                    return ended(Step.BREAK);
                }
            }
        }
        return Step.PART;
    }

    private Step inText(byte next) {
        if (escaped) {
            escaped = false;
        } else if (next == '\\') {
            escaped = true;
        } else if (next == '"') {
            quoted = false;
            return depth == 0 ? ended(Step.LAST) : Step.PART;
        }
        return Step.PART;
    }

    private Step ended(Step step) {
        inside = false;
        return step;
    }

    private static boolean isSpace(byte next) {
        return next == ' ' || next == '\n' || next == '\r' || next == '\t';
    }
}
