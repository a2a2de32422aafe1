package io.stillstream.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TeacherTargetsCodecTest {

    private static final String GOLDEN =
            "08011203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a066120706f6e"
                    + "64420e0a0474696e79120261611a0262624a02020650015a03040709620220616204206c616b62006a0c0000ff000000"
                    + "b8bcfbc4b4c8720800006040000080bf7a080000803f00000040820108000000bf000080be880101900102980101a001"
                    + "01a80180d095ffbc31b001f4d395ffbc31b8010c";

    @Test
    void encode_sequenceRecord_isTheGoldenBytes() {
        assertThat(HexFormat.of().formatHex(TeacherTargetsCodec.encode(record())))
                .isEqualTo(GOLDEN);
    }

    @Test
    void decode_goldenBytes_isTheRecord() {
        TeacherTargets decoded = TeacherTargetsCodec.decode(HexFormat.of().parseHex(GOLDEN));
        TeacherTargets expected = record();
        assertThat(decoded.promptText()).isEqualTo(expected.promptText());
        assertThat(decoded.responseText()).isEqualTo(expected.responseText());
        assertThat(decoded.reference()).isEqualTo("a pond");
        assertThat(decoded.teacher()).isEqualTo(expected.teacher());
        assertThat(decoded.split()).isEqualTo(Split.HELD_OUT);
        assertThat(decoded.ending()).isEqualTo(Ending.STOP);
        assertThat(decoded.author()).isEqualTo(Author.TEACHER);
        assertThat(decoded.createdAt()).isEqualTo(expected.createdAt());
        assertThat(decoded.tokens().end(1)).isEqualTo(6);
        assertThat(decoded.tokens().logZ(0)).isEqualTo(3.5f);
        assertThat(decoded.columns().id(1, 2)).isEqualTo(9);
        assertThat(decoded.columns().text(0)).isEqualTo(" a".getBytes(StandardCharsets.UTF_8));
        assertThat(decoded.columns().logProbability(1, 0)).isEqualTo(-4f);
        assertThat(decoded.columns().logProbability(0, 2)).isEqualTo(-65504f);
    }

    @Test
    void decode_everyTruncation_isRefused() {
        byte[] bytes = TeacherTargetsCodec.encode(record());
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            // Protobuf drops trailing defaults, so a cut that only loses the vocabulary's size is caught by K > V.
            assertThatThrownBy(() -> TeacherTargetsCodec.decode(truncated))
                    .as("first %d bytes", length)
                    .isInstanceOf(ContractException.class);
        }
    }

    @Test
    void decode_unknownVersion_namesBoth() {
        byte[] bytes = TeacherTargetsCodec.encode(record());
        bytes[1] = 2;
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(bytes))
                .isInstanceOf(ContractException.class)
                .hasMessage("teacher-targets of version 2; this build reads version 1");
    }

    @Test
    void decode_nan_isRefusedWithItsPosition() {
        assertThatThrownBy(() -> new TeacherTokens(
                        new int[] {1, 2}, new float[] {0, Float.NaN}, new float[] {1, 1}, new float[] {-1, -1}))
                .hasMessage("logZ at position 1 is NaN; expected a finite number");
    }

    @Test
    void teacherTargets_tokensThatDoNotCoverTheResponse_areRefused() {
        TeacherTargets record = record();
        assertThatThrownBy(() -> new TeacherTargets(
                        "p",
                        "c",
                        "t",
                        "",
                        "too long for it",
                        null,
                        record.teacher(),
                        10,
                        record.tokens(),
                        record.columns(),
                        Ending.STOP,
                        Split.TRAIN,
                        Author.TEACHER,
                        Instant.EPOCH,
                        Instant.EPOCH))
                .hasMessage("prompt 'p': tokens cover 6 bytes of a response of 15");
    }

    private static TeacherTargets record() {
        return new TeacherTargets(
                "p-1",
                "c-1",
                "default",
                "Ducks like",
                " a lak",
                "a pond",
                new TeacherIdentity("tiny", "aa", "bb", ""),
                12,
                new TeacherTokens(
                        new int[] {2, 6}, new float[] {3.5f, -1f}, new float[] {1f, 2f}, new float[] {-0.5f, -0.25f}),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        new int[] {4, 7, 9},
                        List.of(
                                " a".getBytes(StandardCharsets.UTF_8),
                                " lak".getBytes(StandardCharsets.UTF_8),
                                new byte[0]),
                        new float[] {-0.5f, -1f, Float.NEGATIVE_INFINITY, -4f, -0.25f, -8f},
                        2),
                Ending.STOP,
                Split.HELD_OUT,
                Author.TEACHER,
                Instant.ofEpochMilli(1_700_000_000_000L),
                Instant.ofEpochMilli(1_700_000_000_500L));
    }
}
