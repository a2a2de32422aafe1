package io.stillstream.bench.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.contract.codec.HalfFloats;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.wire.TeacherTargetsProto;
import io.stillstream.pipeline.PipelineException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntFunction;

/**
 * A way to lay out a record's numbers. All but the last are alternatives that were not chosen: offsets as varints, numbers of
 * positions as floats, and log-probabilities as fp16 in different orders, each in a Protobuf field of its own.
 */
enum Layout {
    INTERLEAVED("interleaved", false, false, false),
    PLANAR("planar", true, false, false),
    BY_COLUMN("planar by column", true, true, false),
    DELTA("planar by column, deltas", true, true, true),
    DEFLATED("deflated (on the wire)", false, false, false);

    /** Field numbers that the wire's message leaves free. */
    private static final int TOKEN_ENDS = 101;

    private static final int LOG_PROBABILITIES = 102;
    private static final int LOG_Z = 103;
    private static final int DEVIATIONS = 104;
    private static final int TOKEN_LOG_PROBABILITIES = 105;

    private final String label;
    private final boolean planar;
    private final boolean byColumn;
    private final boolean delta;

    Layout(String label, boolean planar, boolean byColumn, boolean delta) {
        this.label = label;
        this.planar = planar;
        this.byColumn = byColumn;
        this.delta = delta;
    }

    String label() {
        return label;
    }

    byte[] encode(TeacherTargets targets) {
        byte[] onTheWire = TeacherTargetsCodec.encode(targets);
        if (this == DEFLATED) {
            return onTheWire;
        }
        TeacherTargetsProto.TeacherTargets.Builder record =
                parse(onTheWire).toBuilder().clearPositions().clearNumbers().clearLongTokenLengths();
        TeacherTokens tokens = targets.tokens();
        return record.setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(TOKEN_ENDS, field(ends(tokens)))
                        .addField(LOG_PROBABILITIES, field(ByteString.copyFrom(pack(targets))))
                        .addField(LOG_Z, field(floats(tokens, tokens::logZ)))
                        .addField(DEVIATIONS, field(floats(tokens, tokens::logitStandardDeviation)))
                        .addField(TOKEN_LOG_PROBABILITIES, field(floats(tokens, tokens::logProbability)))
                        .build())
                .build()
                .toByteArray();
    }

    /** The log-probabilities {@code [T, K]} row by row, after the record has been read whole. */
    float[] decode(byte[] bytes, int positions) {
        if (this == DEFLATED) {
            return TeacherTargetsCodec.decode(bytes).columns().logProbabilities();
        }
        ByteString packed = parse(bytes)
                .getUnknownFields()
                .getField(LOG_PROBABILITIES)
                .getLengthDelimitedList()
                .get(0);
        int count = packed.size() / 2;
        int columns = count / positions;
        float[] values = new float[count];
        int before = 0;
        for (int i = 0; i < count; i++) {
            int low = packed.byteAt(planar ? i : 2 * i) & 0xff;
            int half = low | (packed.byteAt(planar ? count + i : 2 * i + 1) << Byte.SIZE);
            if (delta && i % positions != 0) {
                half += before;
            }
            before = half;
            values[place(i, positions, columns)] = HalfFloats.toFloat((short) half);
        }
        return values;
    }

    private static UnknownFieldSet.Field field(ByteString bytes) {
        return UnknownFieldSet.Field.newBuilder().addLengthDelimited(bytes).build();
    }

    /** As a packed {@code repeated uint32}. */
    private static ByteString ends(TeacherTokens tokens) {
        ByteString.Output bytes = ByteString.newOutput();
        for (int t = 0; t < tokens.count(); t++) {
            int rest = tokens.end(t);
            for (; rest >= 0x80; rest >>>= 7) {
                bytes.write(rest & 0x7f | 0x80);
            }
            bytes.write(rest);
        }
        return bytes.toByteString();
    }

    /** As a packed {@code repeated float}. */
    private static ByteString floats(TeacherTokens tokens, IntFunction<Float> number) {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.count() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int t = 0; t < tokens.count(); t++) {
            bytes.putFloat(number.apply(t));
        }
        return ByteString.copyFrom(bytes.flip());
    }

    private byte[] pack(TeacherTargets targets) {
        float[] values = targets.columns().logProbabilities();
        int positions = targets.tokens().count();
        byte[] packed = new byte[2 * values.length];
        int before = 0;
        for (int i = 0; i < values.length; i++) {
            int half = HalfFloats.toHalf(
                    values[place(i, positions, targets.columns().k())]);
            int written = delta && i % positions != 0 ? half - before : half;
            before = half;
            packed[planar ? i : 2 * i] = (byte) written;
            packed[planar ? values.length + i : 2 * i + 1] = (byte) (written >>> Byte.SIZE);
        }
        return packed;
    }

    /** Where in {@code [T, K]} the number is that is written as the i-th. */
    private int place(int i, int positions, int columns) {
        return byColumn ? i % positions * columns + i / positions : i;
    }

    private static TeacherTargetsProto.TeacherTargets parse(byte[] bytes) {
        try {
            return TeacherTargetsProto.TeacherTargets.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new PipelineException("a record of this bench's own cannot be read: " + e.getMessage(), e);
        }
    }
}
