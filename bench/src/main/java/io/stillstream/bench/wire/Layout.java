package io.stillstream.bench.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.contract.codec.HalfFloats;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.wire.TeacherTargetsProto;
import io.stillstream.pipeline.PipelineException;

/** A way to lay out a record's numbers. All but the last are of version 1's fields, with other log-probabilities. */
enum Layout {
    INTERLEAVED("version 1, but interleaved", false, false, false),
    VERSION_1("version 1, planar", true, false, false),
    BY_COLUMN("planar by column", true, true, false),
    DELTA("planar by column, deltas", true, true, true),
    VERSION_2("version 2 (on the wire)", false, false, false);

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
        if (this == VERSION_2) {
            return onTheWire;
        }
        TeacherTargetsProto.TeacherTargets.Builder record =
                parse(onTheWire).toBuilder().clearPositions().clearNumbers().clearLongTokenLengths();
        for (int t = 0; t < targets.tokens().count(); t++) {
            record.addTokenEnd(targets.tokens().end(t))
                    .addLogZ(targets.tokens().logZ(t))
                    .addLogitStandardDeviation(targets.tokens().logitStandardDeviation(t))
                    .addTokenLogProbability(targets.tokens().logProbability(t));
        }
        return record.setVersion(1)
                .setLogProbabilities(ByteString.copyFrom(pack(targets)))
                .build()
                .toByteArray();
    }

    /** The log-probabilities {@code [T, K]} row by row, after the record has been read whole. */
    float[] decode(byte[] bytes, int positions) {
        if (this == VERSION_2 || this == VERSION_1) {
            return TeacherTargetsCodec.decode(bytes).columns().logProbabilities();
        }
        ByteString packed = parse(bytes).getLogProbabilities();
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
