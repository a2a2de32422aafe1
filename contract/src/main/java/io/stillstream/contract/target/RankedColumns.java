package io.stillstream.contract.target;

import io.stillstream.contract.rejection.ContractException;
import java.util.List;

/**
 * The K columns of the teacher's distribution that a record keeps, as log-probabilities {@code [T, K]}. Owns its arrays.
 *
 * <p>With {@link Selection#SEQUENCE} column {@code k} is one token for all positions and columns are ranked by
 * {@link #ranking()}. With {@link Selection#TOKEN} and {@link Selection#SAMPLED} each position has ids of its own, those of
 * the largest log-probability first, and as many of the K as it needs: the rest have a log-probability of −infinity and stand
 * for no token. Log-probabilities are of the distribution that {@link Ranking} names: with {@link Ranking#STANDARDISED} log q, not log p.
 * Those read from a topic are fp16 numbers, and below −8 multiples of 1/64.
 */
public final class RankedColumns {

    /** A position's number of columns is a byte on the wire. */
    public static final int MOST_OF_A_POSITION = 255;

    private final Selection selection;
    private final Ranking ranking;
    private final float temperature;
    private final int positions;
    private final int k;
    private final int[] ids;
    private final List<byte[]> texts;
    private final float[] logProbabilities;

    /**
     * @param temperature τ: the distribution is that of the teacher's logits divided by it
     * @param ids K ids for SEQUENCE, {@code T*K} row by row for TOKEN and SAMPLED
     * @param texts the bytes each of the K ids of a SEQUENCE stands for, empty for special tokens; none for the others
     * @param logProbabilities {@code [T, K]} row by row, none above 0; −infinity is a probability of 0
     * @param positions T
     * @throws ContractException when sizes disagree, columns of positions are standardised, or a log-probability is NaN or above 0
     */
    public RankedColumns(
            Selection selection,
            Ranking ranking,
            float temperature,
            int[] ids,
            List<byte[]> texts,
            float[] logProbabilities,
            int positions) {
        if (positions < 1 || logProbabilities.length == 0 || logProbabilities.length % positions != 0) {
            throw new ContractException(logProbabilities.length + " log-probabilities do not fill " + positions
                    + " positions of one or more columns");
        }
        this.k = logProbabilities.length / positions;
        int expectedIds = selection == Selection.SEQUENCE ? k : logProbabilities.length;
        if (ids.length != expectedIds) {
            throw new ContractException(
                    selection + " selection has " + ids.length + " ids; expected " + expectedIds + " for K = " + k);
        }
        int expectedTexts = selection == Selection.SEQUENCE ? k : 0;
        if (texts.size() != expectedTexts) {
            throw new ContractException(
                    selection + " selection has " + texts.size() + " token texts; expected " + expectedTexts);
        }
        if (selection != Selection.SEQUENCE) {
            requireOfAPosition(selection.name(), k);
        }
        if (!(temperature > 0) || Float.isInfinite(temperature)) {
            throw new ContractException("the temperature is " + temperature + "; expected a finite number above 0");
        }
        if (selection != Selection.SEQUENCE && ranking != Ranking.PROBABILITY) {
            throw new ContractException(
                    selection + " selection has ranking " + ranking + "; expected " + Ranking.PROBABILITY);
        }
        for (int i = 0; i < logProbabilities.length; i++) {
            if (Float.isNaN(logProbabilities[i]) || logProbabilities[i] > ROUNDING) {
                throw new ContractException("log-probability at position " + i / k + ", column " + i % k + " is "
                        + logProbabilities[i] + "; expected a number not above 0");
            }
        }
        this.selection = selection;
        this.ranking = ranking;
        this.temperature = temperature;
        this.positions = positions;
        this.ids = ids.clone();
        this.texts = texts.stream().map(byte[]::clone).toList();
        this.logProbabilities = logProbabilities.clone();
    }

    /** A certain token's log-probability may come out a rounding above 0. */
    private static final float ROUNDING = 1e-3f;

    /**
     * Bounds the columns of a position that has ids of its own.
     *
     * @throws ContractException for more than {@value #MOST_OF_A_POSITION}
     */
    public static void requireOfAPosition(String selection, int k) {
        if (k > MOST_OF_A_POSITION) {
            throw new ContractException(
                    selection + " selection has K = " + k + "; expected at most " + MOST_OF_A_POSITION);
        }
    }

    public Selection selection() {
        return selection;
    }

    public Ranking ranking() {
        return ranking;
    }

    /** τ: the distribution is that of the teacher's logits divided by it. */
    public float temperature() {
        return temperature;
    }

    /** T. */
    public int positions() {
        return positions;
    }

    /** K: the number of columns. */
    public int k() {
        return k;
    }

    /** The token id of a column at a position. */
    public int id(int position, int column) {
        return selection == Selection.SEQUENCE ? ids[column] : ids[position * k + column];
    }

    /** How many columns a position has, of the K: those before the first that stands for no token. */
    public int count(int position) {
        if (selection == Selection.SEQUENCE) {
            return k;
        }
        int count = 0;
        while (count < k && logProbability(position, count) > Float.NEGATIVE_INFINITY) {
            count++;
        }
        return count;
    }

    /** The bytes that a SEQUENCE column's token stands for; empty for special tokens. */
    public byte[] text(int column) {
        return texts.get(column).clone();
    }

    public float logProbability(int position, int column) {
        return logProbabilities[position * k + column];
    }

    /** A copy of all of them, {@code [T, K]} row by row. */
    public float[] logProbabilities() {
        return logProbabilities.clone();
    }

    /** The column that is most probable at a position. */
    public int argmax(int position) {
        int best = 0;
        for (int column = 1; column < k; column++) {
            if (logProbability(position, column) > logProbability(position, best)) {
                best = column;
            }
        }
        return best;
    }
}
