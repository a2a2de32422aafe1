package io.stillstream.scorer.onnx.graph;

import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of the teacher's distribution leave a scoring graph.
 *
 * @param ranking what SEQUENCE columns are ranked by, and the distribution that their log-probabilities are of
 * @param temperature τ: columns are of the softmax of the logits divided by it. 1 with STANDARDISED
 * @param k how many, of the whole response or of each position
 * @param projection where the columns are those of another vocabulary, in which the probabilities are added up; of TOKEN alone
 */
public record ColumnSelection(
        Selection selection,
        Ranking ranking,
        float temperature,
        int k,
        @Nullable VocabularyProjection projection) {

    private static final float OWN_TEMPERATURE = 1;

    /** Columns of the teacher's distribution as it is. */
    public ColumnSelection(Selection selection, Ranking ranking, int k) {
        this(selection, ranking, OWN_TEMPERATURE, k);
    }

    /** Columns of the teacher's own vocabulary. */
    public ColumnSelection(Selection selection, Ranking ranking, float temperature, int k) {
        this(selection, ranking, temperature, k, null);
    }

    /** Whether columns are of another distribution than the softmax of the logits. */
    boolean scaled() {
        return ranking == Ranking.STANDARDISED || temperature != OWN_TEMPERATURE;
    }

    /** How many rows of k ids a response of so many positions has. */
    public int rowsOfIds(int positions) {
        return selection == Selection.SEQUENCE ? 1 : positions;
    }

    /** Part of a file's name, different for different columns. */
    String key() {
        String columns = selection + "-" + ranking + "-t" + temperature + "-k" + k;
        return (projection == null ? columns : columns + "-onto" + projection.key()).toLowerCase(Locale.ROOT);
    }
}
