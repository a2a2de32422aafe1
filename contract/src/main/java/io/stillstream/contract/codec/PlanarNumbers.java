package io.stillstream.contract.codec;

import com.google.protobuf.ByteString;
import io.stillstream.contract.ContractException;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.contract.wire.TeacherTargetsProto;
import java.util.List;

/** A record's numbers as version 1 laid them; topics outlive the builds that wrote them. */
final class PlanarNumbers {

    private PlanarNumbers() {}

    /** @throws ContractException when sizes disagree or a number is none */
    static Numbers decode(TeacherTargetsProto.TeacherTargets record) {
        ByteString planar = record.getLogProbabilities();
        if (planar.size() % 2 != 0) {
            throw new ContractException(planar.size() + " bytes of log-probabilities; expected two for each");
        }
        float[] values = new float[planar.size() / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    HalfFloats.toFloat((short) ((planar.byteAt(values.length + i) << 8) | (planar.byteAt(i) & 0xff)));
        }
        return new Numbers(
                new TeacherTokens(
                        record.getTokenEndList().stream()
                                .mapToInt(Integer::intValue)
                                .toArray(),
                        floats(record.getLogZList()),
                        floats(record.getLogitStandardDeviationList()),
                        floats(record.getTokenLogProbabilityList())),
                values);
    }

    private static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }
}
