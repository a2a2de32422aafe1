package io.stillstream.huggingface.template.python;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code value[start:stop:step]} of a list or a text, counted in characters, not in UTF-16 code units. */
public final class PythonSlice {

    private PythonSlice() {}

    public static Object of(
            @Nullable Object value, @Nullable Object start, @Nullable Object stop, @Nullable Object step) {
        if (value instanceof String text) {
            int[] characters = text.codePoints().toArray();
            StringBuilder out = new StringBuilder();
            indices(characters.length, start, stop, step).forEach(i -> out.appendCodePoint(characters[i]));
            return out.toString();
        }
        if (value instanceof List<?> list) {
            List<Object> out = new ArrayList<>();
            indices(list.size(), start, stop, step).forEach(i -> out.add(list.get(i)));
            return out;
        }
        throw new TemplateException("only a text or a list can be sliced");
    }

    private static List<Integer> indices(
            int length, @Nullable Object start, @Nullable Object stop, @Nullable Object step) {
        int by = step == null ? 1 : integer(step);
        if (by == 0) {
            throw new TemplateException("a slice has the step 0");
        }
        int first = bound(length, start, by > 0 ? 0 : length - 1, by);
        int end = bound(length, stop, by > 0 ? length : -1, by);
        List<Integer> indices = new ArrayList<>();
        for (int i = first; by > 0 ? i < end : i > end; i += by) {
            indices.add(i);
        }
        return indices;
    }

    private static int bound(int length, @Nullable Object given, int otherwise, int by) {
        if (given == null) {
            return otherwise;
        }
        int index = integer(given);
        int lowest = by > 0 ? 0 : -1;
        int highest = by > 0 ? length : length - 1;
        return Math.max(lowest, Math.min(highest, index < 0 ? index + length : index));
    }

    private static int integer(Object value) {
        if (value instanceof Long || value instanceof Integer) {
            return Math.toIntExact(((Number) value).longValue());
        }
        throw new TemplateException("a slice has a bound that is no integer");
    }
}
