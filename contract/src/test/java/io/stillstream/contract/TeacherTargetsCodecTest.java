package io.stillstream.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.stillstream.contract.wire.TeacherTargetsProto;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TeacherTargetsCodecTest {

    private static final String FIRST_GOLDEN =
            "08011203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a066120706f6e"
                    + "64420e0a0474696e79120261611a0262624a02020650015a03040709620220616204206c616b62006a0c0000ff000000"
                    + "b8bcfbc4b4c8720800006040000080bf7a080000803f00000040820108000000bf000080be880101900102980101a001"
                    + "01a80180d095ffbc31b001f4d395ffbc31b8010c";

    private static final String FIRST_TOKEN_GOLDEN =
            "08011203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a066120706f"
                    + "6e64420e0a0474696e79120261611a0262624a02020650025a06040709070b006a0c0000ff000000b8bcfbb4c0c472"
                    + "0800006040000080bf7a080000803f00000040820108000000bf000080be880101900102980101a00101a80180d095"
                    + "ffbc31b001f4d395ffbc31b8010c";

    private static final String FIRST_STANDARDISED_GOLDEN =
            "08011203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a066120706f"
                    + "6e64420e0a0474696e79120261611a0262624a02020650015a03040709620220616204206c616b62006a0c0000ff00"
                    + "0000b8bcfbc4b4c8720800006040000080bf7a080000803f00000040820108000000bf000080be8801019001029801"
                    + "01a00102a80180d095ffbc31b001f4d395ffbc31b8010c";

    private static final String GOLDEN =
            "08021203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a06612070"
                    + "6f6e64420e0a0474696e79120261611a02626250015a03040709620220616204206c616b62008801019001029801"
                    + "01a00101a80180d095ffbc31b001f4d395ffbc31b8010cc00102ca01120000ff0000000000000000000000000000"
                    + "00d2011800022fdebf90845b647f035535c17ad7c976b4a5d5c9d000";

    private static final String TOKEN_GOLDEN =
            "08021203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a06612070"
                    + "6f6e64420e0a0474696e79120261611a02626250025a06040709070b00880101900102980101a00101a80180d095"
                    + "ffbc31b001f4d395ffbc31b8010cc00102ca01120000ff000000000000000000000000000000d2011800022fdebf"
                    + "8dafcaba3c764713e13a41ce7e53f50d700000";

    private static final String STANDARDISED_GOLDEN =
            "08021203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a06612070"
                    + "6f6e64420e0a0474696e79120261611a02626250015a03040709620220616204206c616b62008801019001029801"
                    + "01a00102a80180d095ffbc31b001f4d395ffbc31b8010cc00102ca01120000ff0000000000000000000000000000"
                    + "00d2011800022fdebf90845b647f035535c17ad7c976b4a5d5c9d000";

    private static final int VOCABULARY_OF_MANY = 152_064;

    @Test
    void encode_sequenceRecord_isTheGoldenBytes() {
        assertThat(HexFormat.of().formatHex(TeacherTargetsCodec.encode(record())))
                .isEqualTo(GOLDEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST_GOLDEN, GOLDEN})
    void decode_goldenBytesOfEitherVersion_isTheRecord(String golden) {
        TeacherTargets decoded = TeacherTargetsCodec.decode(HexFormat.of().parseHex(golden));
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
    void encode_tokenRecord_isTheGoldenBytes() {
        assertThat(HexFormat.of().formatHex(TeacherTargetsCodec.encode(record(tokenColumns()))))
                .isEqualTo(TOKEN_GOLDEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST_TOKEN_GOLDEN, TOKEN_GOLDEN})
    void decode_tokenGoldenBytesOfEitherVersion_hasIdsOfEachPosition(String golden) {
        TeacherTargets decoded = TeacherTargetsCodec.decode(HexFormat.of().parseHex(golden));
        RankedColumns columns = decoded.columns();
        assertThat(columns.selection()).isEqualTo(Selection.TOKEN);
        assertThat(columns.ranking()).isEqualTo(Ranking.PROBABILITY);
        assertThat(columns.k()).isEqualTo(3);
        assertThat(List.of(columns.id(0, 0), columns.id(0, 1), columns.id(0, 2)))
                .containsExactly(4, 7, 9);
        assertThat(List.of(columns.id(1, 0), columns.id(1, 1), columns.id(1, 2)))
                .containsExactly(7, 11, 0);
        assertThat(columns.logProbability(1, 2)).isEqualTo(-4f);
    }

    @Test
    void encode_standardisedRecord_isTheGoldenBytes() {
        assertThat(HexFormat.of().formatHex(TeacherTargetsCodec.encode(record(columns(Ranking.STANDARDISED)))))
                .isEqualTo(STANDARDISED_GOLDEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST_STANDARDISED_GOLDEN, STANDARDISED_GOLDEN})
    void decode_standardisedGoldenBytesOfEitherVersion_isTheRecord(String golden) {
        RankedColumns columns =
                TeacherTargetsCodec.decode(HexFormat.of().parseHex(golden)).columns();
        assertThat(columns.selection()).isEqualTo(Selection.SEQUENCE);
        assertThat(columns.ranking()).isEqualTo(Ranking.STANDARDISED);
        assertThat(columns.id(1, 2)).isEqualTo(9);
        assertThat(columns.logProbability(1, 1)).isEqualTo(-0.25f);
    }

    @Test
    void decode_longTokenRecord_comesBackWhole() {
        int positions = 4096;
        int k = 50;
        int[] ends = new int[positions];
        Arrays.setAll(ends, t -> t + 1);
        float[] ones = new float[positions];
        Arrays.fill(ones, 1f);
        int[] ids = new int[positions * k];
        Arrays.setAll(ids, i -> i * 7 % VOCABULARY_OF_MANY);
        float[] logProbabilities = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            logProbabilities[i] = -i % 64;
        }
        TeacherTargets targets = targets(
                "a".repeat(positions),
                VOCABULARY_OF_MANY,
                new TeacherTokens(ends, ones, ones, ones),
                new RankedColumns(Selection.TOKEN, Ranking.PROBABILITY, ids, List.of(), logProbabilities, positions));

        RankedColumns decoded =
                TeacherTargetsCodec.decode(TeacherTargetsCodec.encode(targets)).columns();

        assertThat(decoded.k()).isEqualTo(k);
        assertThat(decoded.logProbabilities()).isEqualTo(logProbabilities);
        for (int i = 0; i < ids.length; i++) {
            if (decoded.id(i / k, i % k) != ids[i]) {
                fail("id %d is %d; expected %d", i, decoded.id(i / k, i % k), ids[i]);
            }
        }
    }

    @Test
    void decode_firstTokenRecordOfOtherSizes_isRefused() throws InvalidProtocolBufferException {
        TeacherTargetsProto.TeacherTargets record =
                TeacherTargetsProto.TeacherTargets.parseFrom(HexFormat.of().parseHex(FIRST_TOKEN_GOLDEN));
        assertRefused(record.toBuilder().addIds(1), "TOKEN selection has 7 ids; expected 6 for K = 3");
        assertRefused(record.toBuilder().clearIds(), "TOKEN selection has 0 ids; expected 6 for K = 3");
        assertRefused(
                record.toBuilder().addIdTexts(ByteString.copyFromUtf8("x")),
                "TOKEN selection has 1 token texts; expected 0");
        assertRefused(
                record.toBuilder().setIds(5, -1),
                "prompt 'p-1': column 2 at position 1 is token 4294967295; expected one of a vocabulary of 12");
        assertRefused(
                record.toBuilder().setRanking(TeacherTargetsProto.Ranking.STANDARDISED),
                "TOKEN selection has ranking STANDARDISED; expected PROBABILITY");
        assertRefused(
                record.toBuilder().addAllTokenEnd(Collections.nCopies(1 << 20, 6)),
                "1048578 positions; expected at most 1048576");
    }

    @Test
    void decode_numbersThatDisagree_areRefused() throws InvalidProtocolBufferException {
        TeacherTargetsProto.TeacherTargets record =
                TeacherTargetsProto.TeacherTargets.parseFrom(HexFormat.of().parseHex(GOLDEN));
        ByteString plain = record.getPlainNumbers();
        ByteString coded = record.getCodedNumbers();
        assertRefused(
                record.toBuilder().setPositions(0), "18 plain bytes of numbers; expected 0 for 0 positions and K = 3");
        assertRefused(record.toBuilder().setPositions(-1), "4294967295 positions; expected at most 1048576");
        assertRefused(
                record.toBuilder().setPositions(1 << 20),
                "18 plain bytes of numbers; expected 9437184 for 1048576 positions and K = 3");
        assertRefused(
                record.toBuilder().setPlainNumbers(plain.substring(1)),
                "17 plain bytes of numbers; expected 18 for 2 positions and K = 3");
        assertRefused(record.toBuilder().addIds(1), "18 plain bytes of numbers; expected 20 for 2 positions and K = 4");
        assertRefused(record.toBuilder().clearCodedNumbers(), "coded numbers end after 0 bytes; expected more");
        assertRefused(
                record.toBuilder().setCodedNumbers(coded.substring(0, coded.size() - 1)),
                "coded numbers end after " + (coded.size() - 1) + " bytes; expected more");
        assertRefused(
                record.toBuilder().setCodedNumbers(coded.concat(ByteString.copyFrom(new byte[1]))),
                "coded numbers end after " + coded.size() + " of " + (coded.size() + 1)
                        + " bytes with remainder 0; expected the last byte and 0");
        assertRefused(
                record.toBuilder()
                        .setCodedNumbers(ByteString.copyFrom(new byte[] {1}).concat(coded.substring(1))),
                "coded numbers begin with byte 1; expected 0");
        assertRefused(
                TeacherTargetsProto.TeacherTargets.parseFrom(HexFormat.of().parseHex(TOKEN_GOLDEN)).toBuilder()
                        .addIds(1),
                "TOKEN selection has 7 ids; expected as many for each of 2 positions");
    }

    @Test
    void decode_everyDamagedByteOfTheCodedNumbers_isRefusedOrStillARecord() throws InvalidProtocolBufferException {
        TeacherTargetsProto.TeacherTargets record =
                TeacherTargetsProto.TeacherTargets.parseFrom(HexFormat.of().parseHex(GOLDEN));
        int refused = 0;
        for (int i = 0; i < record.getCodedNumbers().size(); i++) {
            byte[] coded = record.getCodedNumbers().toByteArray();
            coded[i] ^= 0x10;
            byte[] damaged = record.toBuilder()
                    .setCodedNumbers(ByteString.copyFrom(coded))
                    .build()
                    .toByteArray();
            try {
                TeacherTargetsCodec.decode(damaged);
            } catch (ContractException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(record.getCodedNumbers().size() / 2);
    }

    @Test
    void decode_numbersOfManyKinds_comeBackToTheLastBit() {
        var random = new Random(7);
        int positions = 300;
        int k = 5;
        int[] ends = new int[positions];
        int end = 0;
        for (int t = 0; t < positions; t++) {
            end += t == 7 ? 255 : t == 8 ? 70_000 : random.nextInt(6);
            ends[t] = end;
        }
        float[][] floats = new float[3][positions];
        for (float[] plane : floats) {
            for (int t = 0; t < positions; t++) {
                float value = Float.intBitsToFloat(random.nextInt());
                plane[t] = Float.isFinite(value) ? value : -0f;
            }
        }
        float[] logProbabilities = new float[positions * k];
        for (int i = 0; i < logProbabilities.length; i++) {
            logProbabilities[i] = HalfFloats.toFloat((short) (0x8000 | random.nextInt(0x7c00)));
        }
        TeacherTargets targets = targets(
                "a".repeat(end),
                100,
                new TeacherTokens(ends, floats[0], floats[1], floats[2]),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        new int[] {1, 2, 3, 4, 5},
                        Collections.nCopies(k, new byte[0]),
                        logProbabilities,
                        positions));

        TeacherTargets decoded = TeacherTargetsCodec.decode(TeacherTargetsCodec.encode(targets));

        assertThat(decoded.columns().logProbabilities()).isEqualTo(logProbabilities);
        for (int t = 0; t < positions; t++) {
            assertThat(new float[] {
                        decoded.tokens().end(t),
                        decoded.tokens().logZ(t),
                        decoded.tokens().logitStandardDeviation(t),
                        decoded.tokens().logProbability(t)
                    })
                    .as("position %d", t)
                    .containsExactly(ends[t], floats[0][t], floats[1][t], floats[2][t]);
        }
    }

    private static void assertRefused(TeacherTargetsProto.TeacherTargets.Builder record, String message) {
        byte[] bytes = record.build().toByteArray();
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(bytes))
                .isInstanceOf(ContractException.class)
                .hasMessage(message);
    }

    static Stream<TeacherTargets> records() {
        return Stream.of(record(), record(tokenColumns()));
    }

    @ParameterizedTest
    @MethodSource("records")
    void decode_everyTruncation_isRefused(TeacherTargets record) {
        byte[] bytes = TeacherTargetsCodec.encode(record);
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> TeacherTargetsCodec.decode(truncated))
                    .as("first %d bytes", length)
                    .isInstanceOf(ContractException.class);
        }
    }

    @Test
    void decode_unknownVersion_namesBoth() {
        byte[] bytes = TeacherTargetsCodec.encode(record());
        bytes[1] = 3;
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(bytes))
                .isInstanceOf(ContractException.class)
                .hasMessage("teacher-targets of version 3; this build reads versions 1 and 2");
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
        return record(columns(Ranking.PROBABILITY));
    }

    private static TeacherTargets record(RankedColumns columns) {
        return targets(
                " a lak",
                12,
                new TeacherTokens(
                        new int[] {2, 6}, new float[] {3.5f, -1f}, new float[] {1f, 2f}, new float[] {-0.5f, -0.25f}),
                columns);
    }

    private static RankedColumns columns(Ranking ranking) {
        return new RankedColumns(
                Selection.SEQUENCE,
                ranking,
                new int[] {4, 7, 9},
                List.of(" a".getBytes(StandardCharsets.UTF_8), " lak".getBytes(StandardCharsets.UTF_8), new byte[0]),
                new float[] {-0.5f, -1f, Float.NEGATIVE_INFINITY, -4f, -0.25f, -8f},
                2);
    }

    private static RankedColumns tokenColumns() {
        return new RankedColumns(
                Selection.TOKEN,
                Ranking.PROBABILITY,
                new int[] {4, 7, 9, 7, 11, 0},
                List.of(),
                new float[] {-0.5f, -1f, Float.NEGATIVE_INFINITY, -0.25f, -2f, -4f},
                2);
    }

    private static TeacherTargets targets(
            String response, int vocabularySize, TeacherTokens tokens, RankedColumns columns) {
        return new TeacherTargets(
                "p-1",
                "c-1",
                "default",
                "Ducks like",
                response,
                "a pond",
                new TeacherIdentity("tiny", "aa", "bb", ""),
                vocabularySize,
                tokens,
                columns,
                Ending.STOP,
                Split.HELD_OUT,
                Author.TEACHER,
                Instant.ofEpochMilli(1_700_000_000_000L),
                Instant.ofEpochMilli(1_700_000_000_500L));
    }
}
