package io.stillstream.scorer.onnx.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Some columns of a batch of texts, padded on the right: what one run of the backbone reads.
 *
 * @param from the first column
 * @param to after the last column
 */
public record InputWindow(List<int[]> texts, int from, int to) {

    public long[] ids() {
        return fill(from, (text, column) -> text[column]);
    }

    public long[] positionIds() {
        return fill(from, (text, column) -> column);
    }

    /** Of all columns up to the window's end: 1 for text, 0 for padding. */
    public long[] attention() {
        return fill(0, (text, column) -> 1);
    }

    private interface OfColumn {
        long at(int[] text, int column);
    }

    private long[] fill(int first, OfColumn value) {
        int columns = to - first;
        long[] values = new long[texts.size() * columns];
        for (int row = 0; row < texts.size(); row++) {
            int[] text = texts.get(row);
            for (int column = first; column < Math.min(to, text.length); column++) {
                values[row * columns + column - first] = value.at(text, column);
            }
        }
        return values;
    }

    /** The places {@code (row, column)} within the window of each text's positions from a given one on, row by row. */
    public long[] places(int[] firsts) {
        List<long[]> places = new ArrayList<>();
        for (int row = 0; row < texts.size(); row++) {
            int end = Math.min(to, texts.get(row).length);
            for (int column = Math.max(from, firsts[row]); column < end; column++) {
                places.add(new long[] {row, column - from});
            }
        }
        return places.stream().flatMapToLong(Arrays::stream).toArray();
    }
}
