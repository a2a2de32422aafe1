package io.stillstream.scorer.onnx.graph;

import io.stillstream.contract.Ranking;
import io.stillstream.contract.Selection;
import java.util.Locale;

/**
 * Which columns of the teacher's distribution leave a scoring graph.
 *
 * @param ranking what SEQUENCE columns are ranked by, and the distribution that their log-probabilities are of
 * @param k how many, of the whole response or of each position
 */
public record ColumnSelection(Selection selection, Ranking ranking, int k) {

    /** How many rows of k ids a response of so many positions has. */
    public int rowsOfIds(int positions) {
        return selection == Selection.SEQUENCE ? 1 : positions;
    }

    /** Part of a file's name, different for different columns. */
    String key() {
        return (selection + "-" + ranking + "-k" + k).toLowerCase(Locale.ROOT);
    }
}
