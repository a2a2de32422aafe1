package io.stillstream.contract.codec;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.wire.TeacherTargetsProto;
import java.util.Arrays;

/**
 * A record's numbers and ids as they lie on the wire: in planes of bytes, through {@link RawDeflate}.
 *
 * <p>A topic's own zstd compresses a block of mixed planes with one table of symbols, in which the high bytes drown in the low
 * ones, which are noise. Deltas along positions or columns make the high bytes longer. {@code stillstream bench wire} measures it.
 *
 * <p>Log-probabilities are as exact as {@link SteppedHalves}, logZ and logit standard deviations are fp16.
 */
final class DeflatedNumbers {

    /** What each position has besides its K columns: log-probability of its token, logZ, logit standard deviation. */
    private static final int EXTRA_NUMBERS = 3;

    /** Tokens of this many bytes or more have their length in a field of its own, because a byte cannot hold it. */
    private static final int LONG_TOKEN = 255;

    /** A token's place among the columns of its position, where it is in none of those before this. */
    private static final int NO_PLACE = 255;

    /** A record's 16 million numbers take 64 MiB as floats; more is a damaged record. */
    private static final long MAXIMUM_NUMBERS = 1 << 24;

    private static final float LARGEST_HALF = 65504f;

    private DeflatedNumbers() {}

    /** @throws ContractException for more numbers than a reader takes */
    static void encode(
            TeacherTokens tokens,
            RankedColumns columns,
            int vocabularySize,
            TeacherTargetsProto.TeacherTargets.Builder record) {
        int positions = tokens.count();
        int[] counts = new int[positions];
        Arrays.setAll(counts, columns::count);
        int kept = Arrays.stream(counts).sum();
        boolean ownIds = columns.selection() != Selection.SEQUENCE;
        int coded = kept + positions;
        int count = count(kept, positions);
        byte[] codesHigh = new byte[coded];
        byte[] logZHigh = new byte[positions];
        byte[] deviationsHigh = new byte[positions];
        byte[] lengths = new byte[positions];
        byte[] places = new byte[positions];
        byte[] low = new byte[count];
        byte[] countBytes = new byte[ownIds ? positions : 0];
        byte[][] ids = new byte[ownIds ? idBytes(vocabularySize) : 0][kept];
        int next = 0;
        for (int t = 0; t < positions; t++) {
            for (int column = 0; column < counts[t]; column++) {
                int code = SteppedHalves.code(columns.logProbability(t, column));
                codesHigh[next] = (byte) (code >>> Byte.SIZE);
                low[next] = (byte) code;
                for (int plane = 0; plane < ids.length; plane++) {
                    ids[plane][next] = (byte) (columns.id(t, column) >>> (plane * Byte.SIZE));
                }
                next++;
            }
            int code = SteppedHalves.code(tokens.logProbability(t));
            codesHigh[kept + t] = (byte) (code >>> Byte.SIZE);
            low[kept + t] = (byte) code;
            short logZ = half(tokens.logZ(t));
            logZHigh[t] = (byte) (logZ >>> Byte.SIZE);
            low[coded + t] = (byte) logZ;
            short deviation = half(tokens.logitStandardDeviation(t));
            deviationsHigh[t] = (byte) (deviation >>> Byte.SIZE);
            low[coded + positions + t] = (byte) deviation;
            int length = tokens.end(t) - tokens.start(t);
            lengths[t] = (byte) Math.min(length, LONG_TOKEN);
            if (length >= LONG_TOKEN) {
                record.addLongTokenLengths(length);
            }
            int place = place(tokens.id(t), columns, t, counts[t]);
            places[t] = (byte) place;
            if (place == NO_PLACE) {
                record.addOtherIds(tokens.id(t));
            }
            if (ownIds) {
                countBytes[t] = (byte) counts[t];
            }
        }
        byte[][] planes = {codesHigh, logZHigh, deviationsHigh, lengths, places, low, countBytes};
        byte[][] all = Arrays.copyOf(planes, planes.length + ids.length);
        System.arraycopy(ids, 0, all, planes.length, ids.length);
        record.setPositions(positions)
                .setEndsText(tokens.endsText())
                .setColumns(kept)
                .setNumbers(RawDeflate.deflate(all));
    }

    private static int place(int id, RankedColumns columns, int position, int count) {
        for (int column = 0; column < Math.min(count, NO_PLACE); column++) {
            if (columns.id(position, column) == id) {
                return column;
            }
        }
        return NO_PLACE;
    }

    /** @throws ContractException when sizes disagree, the stream is damaged, or a number is not finite */
    static Numbers decode(TeacherTargetsProto.TeacherTargets record, int positions) {
        boolean ownIds = record.getSelection() != TeacherTargetsProto.Selection.SEQUENCE;
        int kept = record.getColumns();
        int k = record.getK();
        requireColumns(record, ownIds, positions, kept, k);
        int count = count(kept, positions);
        int idBytes = ownIds ? idBytes(record.getVocabulary().getSize()) : 0;
        byte[] bytes =
                RawDeflate.inflate(record.getNumbers(), 2 * count + (ownIds ? 3 : 2) * positions + idBytes * kept);
        int low = count + 2 * positions;
        int[] counts = new int[positions];
        Arrays.fill(counts, k);
        int[] ids = record.getIdsList().stream().mapToInt(Integer::intValue).toArray();
        if (ownIds) {
            int at = low + count;
            Arrays.setAll(counts, t -> bytes[at + t] & 0xff);
            requireCounts(counts, kept, k);
            ids = ids(bytes, at + positions, idBytes, kept, counts, k);
        }
        float[] logProbabilities = new float[positions * k];
        Arrays.fill(logProbabilities, Float.NEGATIVE_INFINITY);
        int next = 0;
        for (int t = 0; t < positions; t++) {
            for (int column = 0; column < counts[t]; column++) {
                logProbabilities[t * k + column] = SteppedHalves.logProbability(bits(bytes, next++, low));
            }
        }
        float[] ofTokens = new float[positions];
        float[] logZ = new float[positions];
        float[] deviations = new float[positions];
        for (int t = 0; t < positions; t++) {
            int i = kept + t;
            ofTokens[t] = SteppedHalves.logProbability(bits(bytes, i, low));
            logZ[t] = HalfFloats.toFloat((short) bits(bytes, i + positions, low));
            deviations[t] = HalfFloats.toFloat((short) bits(bytes, i + 2 * positions, low));
        }
        int[] tokenIds = tokenIds(record, bytes, count + positions, counts, ids, ownIds ? k : 0);
        TeacherTokens tokens = new TeacherTokens(
                tokenIds, ends(record, bytes, count), record.getEndsText(), logZ, deviations, ofTokens);
        return new Numbers(tokens, ids, logProbabilities);
    }

    private static void requireColumns(
            TeacherTargetsProto.TeacherTargets record, boolean ownIds, int positions, int kept, int k) {
        if (ownIds ? record.getIdsCount() != 0 : record.getIdsCount() != k) {
            throw new ContractException(record.getSelection() + " selection has " + record.getIdsCount()
                    + " ids; expected " + (ownIds ? 0 : Integer.toUnsignedString(k)));
        }
        if (ownIds) {
            // Before anything of that size is made.
            RankedColumns.requireOfAPosition(record.getSelection().name(), k);
        }
        long expected = (long) positions * k;
        if (k < 1 || kept < 0 || (ownIds ? kept > expected : kept != expected)) {
            throw new ContractException(Integer.toUnsignedString(kept) + " columns of " + positions
                    + " positions with K = " + Integer.toUnsignedString(k) + "; expected "
                    + (ownIds ? "at most " : "") + "T * K");
        }
        count((int) Math.min(expected, Integer.MAX_VALUE), positions);
    }

    private static void requireCounts(int[] counts, int kept, int k) {
        for (int t = 0; t < counts.length; t++) {
            if (counts[t] > k) {
                throw new ContractException(
                        "position " + t + " has " + counts[t] + " columns; expected at most K = " + k);
            }
        }
        int sum = Arrays.stream(counts).sum();
        if (sum != kept) {
            throw new ContractException("positions have " + sum + " columns; expected " + kept);
        }
    }

    /** {@code [T, K]}, 0 where a position has no column. */
    private static int[] ids(byte[] bytes, int from, int idBytes, int kept, int[] counts, int k) {
        int[] ids = new int[counts.length * k];
        int next = 0;
        for (int t = 0; t < counts.length; t++) {
            for (int column = 0; column < counts[t]; column++) {
                for (int plane = 0; plane < idBytes; plane++) {
                    ids[t * k + column] |= (bytes[from + plane * kept + next] & 0xff) << (plane * Byte.SIZE);
                }
                next++;
            }
        }
        return ids;
    }

    /** @param stride between the rows of ids, 0 where all positions have the same */
    private static int[] tokenIds(
            TeacherTargetsProto.TeacherTargets record, byte[] bytes, int from, int[] counts, int[] ids, int stride) {
        int[] tokenIds = new int[counts.length];
        int others = 0;
        for (int t = 0; t < tokenIds.length; t++) {
            int place = bytes[from + t] & 0xff;
            if (place == NO_PLACE) {
                if (others == record.getOtherIdsCount()) {
                    throw new ContractException(
                            others + " ids of tokens that are in no column; expected one for position " + t + " too");
                }
                tokenIds[t] = record.getOtherIds(others++);
            } else if (place < counts[t]) {
                tokenIds[t] = ids[t * stride + place];
            } else {
                throw new ContractException("the token at position " + t + " is in column " + place + " of " + counts[t]
                        + "; expected one that is there");
            }
        }
        if (others != record.getOtherIdsCount()) {
            throw new ContractException(
                    record.getOtherIdsCount() + " ids of tokens that are in no column; expected " + others);
        }
        return tokenIds;
    }

    private static int[] ends(TeacherTargetsProto.TeacherTargets record, byte[] bytes, int count) {
        int[] ends = new int[record.getPositions()];
        int end = 0;
        int longTokens = 0;
        for (int t = 0; t < ends.length; t++) {
            int length = bytes[count + t] & 0xff;
            if (length == LONG_TOKEN && longTokens++ < record.getLongTokenLengthsCount()) {
                length = record.getLongTokenLengths(longTokens - 1);
            }
            end += length;
            ends[t] = end;
        }
        if (longTokens != record.getLongTokenLengthsCount()) {
            throw new ContractException(
                    record.getLongTokenLengthsCount() + " lengths of long tokens; expected one for each of "
                            + longTokens + " tokens that say " + LONG_TOKEN);
        }
        return ends;
    }

    private static int bits(byte[] bytes, int i, int low) {
        return ((bytes[i] & 0xff) << Byte.SIZE) | (bytes[low + i] & 0xff);
    }

    /** How many bytes hold the largest id. */
    private static int idBytes(int vocabularySize) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, vocabularySize - 1));
        return (bits + Byte.SIZE - 1) / Byte.SIZE;
    }

    private static short half(float value) {
        return HalfFloats.toHalf(Math.min(LARGEST_HALF, Math.max(-LARGEST_HALF, value)));
    }

    private static int count(int kept, int positions) {
        long count = kept + (long) EXTRA_NUMBERS * positions;
        if (count > MAXIMUM_NUMBERS) {
            throw new ContractException(count + " numbers of " + positions + " positions with " + kept
                    + " columns; expected at most " + MAXIMUM_NUMBERS);
        }
        return (int) count;
    }
}
