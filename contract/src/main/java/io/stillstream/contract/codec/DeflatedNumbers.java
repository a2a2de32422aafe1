package io.stillstream.contract.codec;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.RankedColumns;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.contract.wire.TeacherTargetsProto;

/**
 * A record's numbers as they lie on the wire: two bytes each, all high bytes before all low ones, through {@link RawDeflate}.
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

    /** A record's 16 million numbers take 64 MiB as floats; more is a damaged record. */
    private static final long MAXIMUM_NUMBERS = 1 << 24;

    private static final float LARGEST_HALF = 65504f;

    private DeflatedNumbers() {}

    /** @throws ContractException for more numbers than a reader takes */
    static void encode(TeacherTokens tokens, RankedColumns columns, TeacherTargetsProto.TeacherTargets.Builder record) {
        int positions = tokens.count();
        int count = count(positions, columns.k());
        int coded = count - 2 * positions;
        byte[] codesHigh = new byte[coded];
        byte[] logZHigh = new byte[positions];
        byte[] deviationsHigh = new byte[positions];
        byte[] lengths = new byte[positions];
        byte[] low = new byte[count];
        for (int i = 0; i < coded; i++) {
            int t = i - positions * columns.k();
            float value = t < 0 ? columns.logProbability(i / columns.k(), i % columns.k()) : tokens.logProbability(t);
            int code = SteppedHalves.code(value);
            codesHigh[i] = (byte) (code >>> Byte.SIZE);
            low[i] = (byte) code;
        }
        for (int t = 0; t < positions; t++) {
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
        }
        record.setPositions(positions)
                .setNumbers(RawDeflate.deflate(codesHigh, logZHigh, deviationsHigh, lengths, low));
    }

    /** @throws ContractException when sizes disagree, the stream is damaged, or a number is not finite */
    static Numbers decode(TeacherTargetsProto.TeacherTargets record, int positions, int k) {
        int count = count(positions, k);
        byte[] bytes = RawDeflate.inflate(record.getNumbers(), 2 * count + positions);
        float[] logProbabilities = new float[positions * k];
        for (int i = 0; i < logProbabilities.length; i++) {
            logProbabilities[i] = SteppedHalves.logProbability(bits(bytes, i, count, positions));
        }
        float[] ofTokens = new float[positions];
        float[] logZ = new float[positions];
        float[] deviations = new float[positions];
        for (int t = 0; t < positions; t++) {
            int i = logProbabilities.length + t;
            ofTokens[t] = SteppedHalves.logProbability(bits(bytes, i, count, positions));
            logZ[t] = HalfFloats.toFloat((short) bits(bytes, i + positions, count, positions));
            deviations[t] = HalfFloats.toFloat((short) bits(bytes, i + 2 * positions, count, positions));
        }
        return new Numbers(new TeacherTokens(ends(record, bytes, count), logZ, deviations, ofTokens), logProbabilities);
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

    private static int bits(byte[] bytes, int i, int count, int positions) {
        return ((bytes[i] & 0xff) << Byte.SIZE) | (bytes[count + positions + i] & 0xff);
    }

    private static short half(float value) {
        return HalfFloats.toHalf(Math.min(LARGEST_HALF, Math.max(-LARGEST_HALF, value)));
    }

    private static int count(int positions, int k) {
        long count = (long) positions * ((long) k + EXTRA_NUMBERS);
        if (count > MAXIMUM_NUMBERS) {
            throw new ContractException(count + " numbers of " + positions + " positions with K = " + k
                    + "; expected at most " + MAXIMUM_NUMBERS);
        }
        return (int) count;
    }
}
