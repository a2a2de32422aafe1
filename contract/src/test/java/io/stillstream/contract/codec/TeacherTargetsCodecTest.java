package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.contract.wire.TeacherTargetsProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TeacherTargetsCodecTest {

    private static final String GOLDEN =
            "08041203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a06612070"
                    + "6f6e64420e0a0474696e79120261611a02626250015a03040709620220616204206c616b62008801019001029801"
                    + "01a00101a80180d095ffbc31b001f4d395ffbc31ba01060a026262100cc00102ca0142b2b0a97431f1b030010000"
                    + "00ffff72de03000000ffffb27100000000ffff626201000000ffff62fc0f000000ffff6260f8cfc0c0c0c0c0c0c0"
                    + "c000000000ffff0300dd010000803fe00103f801068202010a";

    private static final String TOKEN_GOLDEN =
            "08041203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a06612070"
                    + "6f6e64420e0a0474696e79120261611a0262625002880101900102980101a00101a80180d095ffbc31b001f4d395"
                    + "ffbc31ba010a0a0262621090031a0102c00103ca016ab2b031717031b0f13000000000ffff72dee300000000ffff"
                    + "b2717001000000ffff62626100000000ffff62fccf00000000ffff04c101010000008010d3fabf2a0001060000ff"
                    + "ff62626604000000ffff626167d7616002000000ffff62606060646000000000ffff0300dd010000803fe00103f0"
                    + "0101f80106820202ad02";

    private static final String SAMPLED_GOLDEN =
            "08041203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a06612070"
                    + "6f6e64420e0a0474696e79120261611a0262625003880101900102980103a00101a80180d095ffbc31b001f4d395"
                    + "ffbc31ba010e0a02636310f0a2041a04efa20402c00102ca015f32b163b0f100000000ffff72de03000000ffffb2"
                    + "7100000000ffff626201000000ffff62f80f000000ffff62606060706060606000000000ffff626204000000ffff"
                    + "6260ca07000000ffff62601404000000ffff62646004000000ffff0300dd010000003fe00102ea0103732d37f801"
                    + "0382020103";

    private static final String STANDARDISED_GOLDEN =
            "08041203702d311a03632d31220764656661756c742a0a4475636b73206c696b6532062061206c616b3a06612070"
                    + "6f6e64420e0a0474696e79120261611a02626250015a03040709620220616204206c616b62008801019001029801"
                    + "01a00102a80180d095ffbc31b001f4d395ffbc31ba01060a026262100cc00102ca0142b2b0a97431f1b030010000"
                    + "00ffff72de03000000ffffb27100000000ffff626201000000ffff62fc0f000000ffff6260f8cfc0c0c0c0c0c0c0"
                    + "c000000000ffff0300dd010000803fe00103f801068202010a";

    private static final int VOCABULARY_OF_MANY = 152_064;

    @Test
    void encode_sequenceRecord_isTheGoldenBytesInflated() throws Exception {
        assertThat(inflated(TeacherTargetsCodec.encode(record())))
                .isEqualTo(inflated(HexFormat.of().parseHex(GOLDEN)));
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
        assertThat(decoded.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(decoded.responseSource()).isEqualTo(ResponseSource.TEACHER);
        assertThat(decoded.createdAt()).isEqualTo(expected.createdAt());
        assertThat(decoded.tokens().end(1)).isEqualTo(6);
        assertThat(decoded.tokens().logZ(0)).isEqualTo(3.5f);
        assertThat(decoded.columns().id(1, 2)).isEqualTo(9);
        assertThat(decoded.columns().text(0)).isEqualTo(" a".getBytes(StandardCharsets.UTF_8));
        assertThat(decoded.columns().logProbability(1, 0)).isEqualTo(-4f);
        assertThat(decoded.columns().logProbability(0, 2)).isEqualTo(-65504f);
    }

    @Test
    void encode_tokenRecord_isTheGoldenBytesInflated() throws Exception {
        assertThat(inflated(TeacherTargetsCodec.encode(tokenRecord())))
                .isEqualTo(inflated(HexFormat.of().parseHex(TOKEN_GOLDEN)));
    }

    @Test
    void decode_tokenGoldenBytes_hasColumnsOfEachPositionAndTheEnd() {
        TeacherTargets decoded = TeacherTargetsCodec.decode(HexFormat.of().parseHex(TOKEN_GOLDEN));
        RankedColumns columns = decoded.columns();
        assertThat(columns.selection()).isEqualTo(Selection.TOKEN);
        assertThat(columns.ranking()).isEqualTo(Ranking.PROBABILITY);
        assertThat(columns.k()).isEqualTo(3);
        assertThat(new int[] {columns.count(0), columns.count(1), columns.count(2)})
                .containsExactly(2, 3, 1);
        assertThat(new int[] {columns.id(0, 0), columns.id(0, 1)}).containsExactly(4, 7);
        assertThat(new int[] {columns.id(1, 0), columns.id(1, 1), columns.id(1, 2)})
                .containsExactly(7, 300, 0);
        assertThat(columns.id(2, 0)).isEqualTo(2);
        assertThat(columns.logProbability(0, 2)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(columns.logProbability(1, 2)).isEqualTo(-4f);
        TeacherTokens tokens = decoded.tokens();
        assertThat(tokens.endsText()).isTrue();
        assertThat(tokens.count()).isEqualTo(3);
        assertThat(tokens.textCount()).isEqualTo(2);
        assertThat(new int[] {tokens.id(0), tokens.id(1), tokens.id(2)}).containsExactly(7, 301, 2);
        assertThat(tokens.start(2)).isEqualTo(tokens.end(2)).isEqualTo(6);
        assertThat(decoded.vocabulary()).isEqualTo(new Vocabulary("bb", 400, List.of(2)));
        assertThat(decoded.projected()).isFalse();
    }

    @Test
    void decode_tokenThatTheVocabularyHasNot_isNone() throws Exception {
        TeacherTargets decoded = TeacherTargetsCodec.decode(
                TeacherTargetsProto.TeacherTargets.parseFrom(HexFormat.of().parseHex(TOKEN_GOLDEN)).toBuilder()
                        .setOtherIds(0, 400)
                        .build()
                        .toByteArray());
        assertThat(decoded.tokens().id(1)).isEqualTo(decoded.vocabulary().none());
        assertThat(TeacherTargetsCodec.decode(TeacherTargetsCodec.encode(decoded))
                        .tokens()
                        .id(1))
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 253_402_300_800_000L, Long.MIN_VALUE, Long.MAX_VALUE})
    void decode_timesThatTheContractCannotHold_areRejected(long millis) throws Exception {
        var record = TeacherTargetsProto.TeacherTargets.parseFrom(HexFormat.of().parseHex(GOLDEN)).toBuilder();
        byte[] created = record.clone().setCreatedAtMillis(millis).build().toByteArray();
        byte[] scored = record.clone().setScoredAtMillis(millis).build().toByteArray();
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(created))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("created_at is '");
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(scored))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("scored_at is '");
    }

    @Test
    void encode_sampledRecord_isTheGoldenBytesInflated() throws Exception {
        assertThat(inflated(TeacherTargetsCodec.encode(sampledRecord())))
                .isEqualTo(inflated(HexFormat.of().parseHex(SAMPLED_GOLDEN)));
    }

    @Test
    void decode_sampledGoldenBytes_isAStudentsTextInTheStudentsVocabulary() {
        TeacherTargets decoded = TeacherTargetsCodec.decode(HexFormat.of().parseHex(SAMPLED_GOLDEN));
        assertThat(decoded.author()).isEqualTo(Author.student("s-7"));
        assertThat(decoded.vocabulary()).isEqualTo(new Vocabulary("cc", 70_000, List.of(69_999, 2)));
        assertThat(decoded.projected()).isTrue();
        assertThat(decoded.columns().selection()).isEqualTo(Selection.SAMPLED);
        assertThat(decoded.columns().temperature()).isEqualTo(0.5f);
        assertThat(decoded.columns().id(1, 0)).isEqualTo(69_999);
        assertThat(decoded.columns().count(1)).isEqualTo(1);
        assertThat(decoded.tokens().id(0)).isEqualTo(65_536);
    }

    @Test
    void encode_standardisedRecord_isTheGoldenBytesInflated() throws Exception {
        assertThat(inflated(TeacherTargetsCodec.encode(record(columns(Ranking.STANDARDISED)))))
                .isEqualTo(inflated(HexFormat.of().parseHex(STANDARDISED_GOLDEN)));
    }

    @Test
    void decode_standardisedGoldenBytes_isTheRecord() {
        RankedColumns columns = TeacherTargetsCodec.decode(HexFormat.of().parseHex(STANDARDISED_GOLDEN))
                .columns();
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
                new TeacherTokens(new int[ends.length], ends, false, ones, ones, ones),
                new RankedColumns(
                        Selection.TOKEN, Ranking.PROBABILITY, 1f, ids, List.of(), logProbabilities, positions));

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
    void decode_tokenRecordThatContradictsItself_isRejected() throws Exception {
        TeacherTargetsProto.TeacherTargets record = proto(TOKEN_GOLDEN);
        assertRejected(record.toBuilder().addIds(1), "TOKEN selection has 1 ids; expected 0");
        assertRejected(
                record.toBuilder().addIdTexts(ByteString.copyFromUtf8("x")),
                "TOKEN selection has 1 token texts; expected 0");
        assertRejected(
                record.toBuilder().setRanking(TeacherTargetsProto.Ranking.STANDARDISED),
                "TOKEN selection has ranking STANDARDISED; expected PROBABILITY");
        assertRejected(
                record.toBuilder().setTemperature(0f), "the temperature is 0.0; expected a finite number above 0");
        assertRejected(record.toBuilder().setK(0), "6 columns of 3 positions with K = 0; expected at most T * K");
        assertRejected(record.toBuilder().setK(1), "6 columns of 3 positions with K = 1; expected at most T * K");
        assertRejected(
                record.toBuilder().setColumns(-1),
                "4294967295 columns of 3 positions with K = 3; expected at most T * K");
        assertRejected(record.toBuilder().setK(2), "position 1 has 3 columns; expected at most K = 2");
        assertRejected(record.toBuilder().setK(256), "TOKEN selection has K = 256; expected at most 255");
        assertRejected(
                record.toBuilder().clearOtherIds(),
                "0 ids of tokens that are in no column; expected one for position 1 too");
        assertRejected(record.toBuilder().addOtherIds(1), "2 ids of tokens that are in no column; expected 1");
        assertRejected(
                record.toBuilder().setOtherIds(0, 401),
                "prompt 'p-1': the token at position 1 is token 401; expected one of a vocabulary of 400");
        assertRejected(
                record.toBuilder()
                        .setVocabulary(record.getVocabulary().toBuilder().setSize(300)),
                "prompt 'p-1': column 1 at position 1 is token 300; expected one of a vocabulary of 300");
        assertRejected(
                record.toBuilder()
                        .setVocabulary(record.getVocabulary().toBuilder().setEndIds(0, 400)),
                "the end of a text is token 400; expected one of a vocabulary of 400");
        assertRejected(
                record.toBuilder().setResponseSource(TeacherTargetsProto.ResponseSource.STUDENT),
                "a response of source STUDENT has the snapshot 'null'; expected the id of a student's snapshot with"
                        + " STUDENT and none with any other source");
    }

    /** Of 6 columns at 3 positions: 15 high bytes, 3 lengths, 3 places, 15 low bytes, 3 counts, 2 times 6 bytes of ids. */
    @ParameterizedTest
    @CsvSource({
        "18, 2, the token at position 0 is in column 2 of 2; expected one that is there",
        "36, 3, positions have 7 columns; expected 6",
        "36, 4, position 0 has 4 columns; expected at most K = 3",
        "17, 1, the token that ends the text covers bytes 6 to 7 of it; expected none",
    })
    void decode_bytesOfATokenRecordThatContradictItself_areRejected(int at, int value, String message)
            throws Exception {
        TeacherTargetsProto.TeacherTargets record = proto(TOKEN_GOLDEN);
        byte[] numbers = inflate(record.getNumbers());
        assertThat(numbers).hasSize(51);
        numbers[at] = (byte) value;
        assertRejected(record.toBuilder().setNumbers(deflate(numbers)), message);
    }

    @Test
    void decode_numbersThatDisagree_areRejected() throws Exception {
        TeacherTargetsProto.TeacherTargets record = proto(GOLDEN);
        int size = record.getNumbers().size();
        String found = size + " bytes of deflated numbers ";
        assertRejected(record.toBuilder().setPositions(0), "6 columns of 0 positions with K = 3; expected T * K");
        assertRejected(
                record.toBuilder().setPositions(-1),
                "4294967295 positions of a response of 6 bytes; expected at most 1120");
        assertRejected(
                record.toBuilder().setPositions(1 << 20).setResponseText("x"),
                "1048576 positions of a response of 1 bytes; expected at most 1040");
        String text = "x".repeat(1 << 16);
        assertRejected(
                record.toBuilder().setResponseText(text).setPositions(1 << 20).setColumns(3 << 20),
                found + "are too few; expected 14680064 bytes inflated");
        assertRejected(
                record.toBuilder()
                        .setResponseText(text)
                        .setPositions(1 << 20)
                        .setK(14)
                        .setColumns(14 << 20)
                        .addAllIds(Collections.nCopies(11, 1)),
                "17825792 numbers of 1048576 positions with 14680064 columns; expected at most 16777216");
        assertRejected(record.toBuilder().addIds(1), "SEQUENCE selection has 4 ids; expected 3");
        assertRejected(record.toBuilder().setColumns(5), "5 columns of 2 positions with K = 3; expected T * K");
        assertRejected(
                record.toBuilder().setPositions(1).setColumns(3), found + "hold more; expected 14 bytes inflated");
        assertRejected(record.toBuilder().addOtherIds(1), "2 ids of tokens that are in no column; expected 1");
        assertRejected(
                record.toBuilder().clearNumbers(),
                "0 bytes of deflated numbers are too few; expected 28 bytes inflated");
        assertRejected(
                record.toBuilder().setNumbers(record.getNumbers().substring(0, 4)),
                "4 bytes of deflated numbers break off after 3; expected 28 bytes inflated");
        assertRejected(
                record.toBuilder().setNumbers(record.getNumbers().substring(0, size - 1)),
                size - 1 + " bytes of deflated numbers break off before their end; expected 28 bytes inflated");
        assertRejected(
                record.toBuilder().setNumbers(record.getNumbers().concat(ByteString.copyFrom(new byte[3]))),
                size + 3 + " bytes of deflated numbers end 3 early; expected 28 bytes inflated");
        assertRejected(
                record.toBuilder().setNumbers(ByteString.copyFrom(new byte[] {7, 1, 2})),
                "3 bytes of deflated numbers are damaged: invalid block type; expected 28 bytes inflated");
        assertRejected(
                record.toBuilder().addLongTokenLengths(300),
                "1 lengths of long tokens; expected one for each of 0 tokens that say 255");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 122, code of a log-probability is 31232; expected 0 to 31231",
        "0, 184, code of a log-probability is 47104; expected 0 to 31231",
        "7, 255, code of a log-probability is 65280; expected 0 to 31231",
        "8, 126, logZ at position 0 is NaN; expected a finite number",
        "11, 124, logit standard deviation at position 1 is Infinity; expected a finite number",
        "13, 255, 0 lengths of long tokens; expected one for each of 1 tokens that say 255",
        "13, 3, prompt 'p-1': tokens cover 5 bytes of a response of 6"
    })
    void decode_numbersThatAreNone_areRejected(int at, int highByte, String message) throws Exception {
        TeacherTargetsProto.TeacherTargets record = proto(GOLDEN);
        byte[] numbers = inflate(record.getNumbers());
        numbers[at] = (byte) highByte;
        numbers[16 + 8] = 0;
        numbers[16 + 11] = 0;
        byte[] bytes = record.toBuilder().setNumbers(deflate(numbers)).build().toByteArray();
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(bytes))
                .isInstanceOf(ContractException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void decode_everyDamagedByteOfTheNumbers_isRejectedOrStillARecord() throws Exception {
        TeacherTargetsProto.TeacherTargets record = proto(GOLDEN);
        int rejected = 0;
        for (int i = 0; i < record.getNumbers().size(); i++) {
            byte[] numbers = record.getNumbers().toByteArray();
            numbers[i] ^= 0x10;
            byte[] damaged = record.toBuilder()
                    .setNumbers(ByteString.copyFrom(numbers))
                    .build()
                    .toByteArray();
            try {
                TeacherTargetsCodec.decode(damaged);
            } catch (ContractException e) {
                rejected++;
            }
        }
        assertThat(rejected).isGreaterThan(record.getNumbers().size() / 2);
    }

    @Test
    void decode_numbersOfManyKinds_areAsExactAsPromised() {
        var random = new Random(7);
        int positions = 300;
        int k = 5;
        int[] ends = new int[positions];
        int end = 0;
        for (int t = 0; t < positions; t++) {
            end += t == 7 ? 255 : t == 8 ? 70_000 : random.nextInt(6);
            ends[t] = end;
        }
        float[] logZ = new float[positions];
        float[] deviations = new float[positions];
        float[] ofTokens = new float[positions];
        for (int t = 0; t < positions; t++) {
            logZ[t] = (random.nextFloat() - 0.5f) * 200;
            deviations[t] = random.nextFloat() * 10;
            ofTokens[t] = -random.nextFloat() * 20;
        }
        logZ[0] = 1e6f;
        float[] logProbabilities = new float[positions * k];
        for (int i = 0; i < logProbabilities.length; i++) {
            logProbabilities[i] = -random.nextFloat() * 40;
        }
        TeacherTargets targets = targets(
                "a".repeat(end),
                100,
                new TeacherTokens(new int[ends.length], ends, false, logZ, deviations, ofTokens),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        1f,
                        new int[] {1, 2, 3, 4, 5},
                        Collections.nCopies(k, new byte[0]),
                        logProbabilities,
                        positions));

        byte[] bytes = TeacherTargetsCodec.encode(targets);
        TeacherTargets decoded = TeacherTargetsCodec.decode(bytes);

        assertThat(TeacherTargetsCodec.encode(decoded)).isEqualTo(bytes);
        for (int i = 0; i < logProbabilities.length; i++) {
            assertThat(decoded.columns().logProbability(i / k, i % k)).isEqualTo(onTheWire(logProbabilities[i]));
        }
        assertThat(decoded.tokens().logZ(0)).isEqualTo(65504f);
        for (int t = 1; t < positions; t++) {
            assertThat(new float[] {
                        decoded.tokens().end(t),
                        decoded.tokens().logZ(t),
                        decoded.tokens().logitStandardDeviation(t),
                        decoded.tokens().logProbability(t)
                    })
                    .as("position %d", t)
                    .containsExactly(ends[t], half(logZ[t]), half(deviations[t]), onTheWire(ofTokens[t]));
        }
    }

    private static float onTheWire(float logProbability) {
        return logProbability < -8 && logProbability > -16
                ? Math.round(logProbability * 64.0) / 64f
                : half(logProbability);
    }

    private static float half(float value) {
        return HalfFloats.toFloat(HalfFloats.toHalf(value));
    }

    private static TeacherTargetsProto.TeacherTargets proto(String golden) throws InvalidProtocolBufferException {
        return TeacherTargetsProto.TeacherTargets.parseFrom(HexFormat.of().parseHex(golden));
    }

    /** Zlibs differ in what they deflate the same bytes to, and all inflate to the same. */
    private static String inflated(byte[] bytes) throws Exception {
        TeacherTargetsProto.TeacherTargets record = TeacherTargetsProto.TeacherTargets.parseFrom(bytes);
        return HexFormat.of()
                .formatHex(record.toBuilder()
                        .setNumbers(ByteString.copyFrom(inflate(record.getNumbers())))
                        .build()
                        .toByteArray());
    }

    private static byte[] inflate(ByteString numbers) throws IOException {
        try (var in = new InflaterInputStream(numbers.newInput(), new Inflater(true))) {
            return in.readAllBytes();
        }
    }

    private static ByteString deflate(byte[] numbers) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_SPEED, true))) {
            out.write(numbers);
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private static void assertRejected(TeacherTargetsProto.TeacherTargets.Builder record, String message) {
        byte[] bytes = record.build().toByteArray();
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(bytes))
                .isInstanceOf(ContractException.class)
                .hasMessage(message);
    }

    static Stream<TeacherTargets> records() {
        return Stream.of(record(), tokenRecord(), sampledRecord());
    }

    @ParameterizedTest
    @MethodSource("records")
    void decode_everyTruncation_isRejected(TeacherTargets record) {
        byte[] bytes = TeacherTargetsCodec.encode(record);
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> TeacherTargetsCodec.decode(truncated))
                    .as("first %d bytes", length)
                    .isInstanceOf(ContractException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("records")
    void tenant_isThatOfTheDecodedRecord(TeacherTargets record) {
        assertThat(TeacherTargetsCodec.tenant(TeacherTargetsCodec.encode(record)))
                .isEqualTo(record.tenant())
                .isNotEmpty();
    }

    @Test
    void tenant_ofWhatIsNoRecord_isRejected() {
        byte[] bytes = TeacherTargetsCodec.encode(record());
        for (byte[] wrong : List.of(new byte[0], new byte[] {8, 3}, Arrays.copyOf(bytes, bytes.length - 1))) {
            assertThatThrownBy(() -> TeacherTargetsCodec.tenant(wrong)).isInstanceOf(ContractException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void decode_otherVersion_namesBoth(int version) {
        byte[] bytes = TeacherTargetsCodec.encode(record());
        bytes[1] = (byte) version;
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(bytes))
                .isInstanceOf(ContractException.class)
                .hasMessage("teacher-targets of version " + version + "; this build reads version 4");
    }

    @Test
    void decode_nan_isRejectedWithItsPosition() {
        assertThatThrownBy(() -> new TeacherTokens(
                        new int[2],
                        new int[] {1, 2},
                        false,
                        new float[] {0, Float.NaN},
                        new float[] {1, 1},
                        new float[] {-1, -1}))
                .hasMessage("logZ at position 1 is NaN; expected a finite number");
    }

    @Test
    void decode_chatAndAResponseThatTheTemplateWritesInItsOwnWay_areTheSameMessages() {
        TeacherTargets plain = record();
        Chat chat = new Chat(
                List.of(Message.of("user", "Rain?")),
                List.of("{\"type\":\"function\"}"),
                List.of("{\"text\":\"sky\"}"));
        Message call = new Message(
                "assistant", null, Content.absent(), List.of(new ToolCall(null, "rain", "{}")), null, null, null);
        TeacherTargets record = new TeacherTargets(
                plain.promptId(),
                plain.conversationId(),
                plain.tenant(),
                chat,
                plain.promptText(),
                call,
                plain.responseText(),
                plain.reference(),
                plain.teacher(),
                plain.vocabulary(),
                plain.tokens(),
                plain.columns(),
                FinishReason.TOOL_CALLS,
                plain.split(),
                plain.author(),
                plain.createdAt(),
                plain.scoredAt());
        TeacherTargets decoded = TeacherTargetsCodec.decode(TeacherTargetsCodec.encode(record));
        assertThat(decoded.input()).isEqualTo(chat);
        assertThat(decoded.response()).isEqualTo(call);
        assertThat(decoded.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(TeacherTargetsCodec.decode(TeacherTargetsCodec.encode(plain)).response())
                .isEqualTo(Message.assistant(plain.responseText()));
    }

    @Test
    void decode_chatThatIsNone_isRejected() throws InvalidProtocolBufferException {
        byte[] bytes =
                proto(GOLDEN).toBuilder().setChat("{\"messages\":[]}").build().toByteArray();
        assertThatThrownBy(() -> TeacherTargetsCodec.decode(bytes))
                .isInstanceOf(ContractException.class)
                .hasMessage("a chat has no messages; expected at least one");
    }

    @Test
    void teacherTargets_tokensThatDoNotCoverTheResponse_areRejected() {
        TeacherTargets record = record();
        assertThatThrownBy(() -> new TeacherTargets(
                        "p",
                        "c",
                        "t",
                        new PlainText(""),
                        "",
                        Message.assistant("too long for it"),
                        "too long for it",
                        null,
                        record.teacher(),
                        new Vocabulary("bb", 10, List.of()),
                        record.tokens(),
                        record.columns(),
                        FinishReason.STOP,
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
                        new int[] {7, 10},
                        new int[] {2, 6},
                        false,
                        new float[] {3.5f, -1f},
                        new float[] {1f, 2f},
                        new float[] {-0.5f, -0.25f}),
                columns);
    }

    /** Two, three and one column; the second token is in none; the third ends the text. */
    private static TeacherTargets tokenRecord() {
        return targets(
                " a lak",
                new Vocabulary("bb", 400, List.of(2)),
                new TeacherTokens(
                        new int[] {7, 301, 2},
                        new int[] {2, 6, 6},
                        true,
                        new float[] {3.5f, -1f, 2f},
                        new float[] {1f, 2f, 4f},
                        new float[] {-1f, -9f, -0.125f}),
                new RankedColumns(
                        Selection.TOKEN,
                        Ranking.PROBABILITY,
                        1f,
                        new int[] {4, 7, 9, 7, 300, 0, 2, 0, 0},
                        List.of(),
                        new float[] {
                            -0.5f,
                            -1f,
                            Float.NEGATIVE_INFINITY,
                            -0.25f,
                            -2f,
                            -4f,
                            -0.125f,
                            Float.NEGATIVE_INFINITY,
                            Float.NEGATIVE_INFINITY
                        },
                        3),
                Author.TEACHER);
    }

    /** In the vocabulary of a student that wrote the text. */
    private static TeacherTargets sampledRecord() {
        return targets(
                " a lak",
                new Vocabulary("cc", 70_000, List.of(69_999, 2)),
                new TeacherTokens(
                        new int[] {65_536, 3},
                        new int[] {2, 6},
                        false,
                        new float[] {3.5f, -1f},
                        new float[] {1f, 2f},
                        new float[] {-1f, -9f}),
                new RankedColumns(
                        Selection.SAMPLED,
                        Ranking.PROBABILITY,
                        0.5f,
                        new int[] {65_536, 258, 69_999, 0},
                        List.of(),
                        new float[] {-0.25f, -1.5f, 0f, Float.NEGATIVE_INFINITY},
                        2),
                Author.student("s-7"));
    }

    private static RankedColumns columns(Ranking ranking) {
        return new RankedColumns(
                Selection.SEQUENCE,
                ranking,
                1f,
                new int[] {4, 7, 9},
                List.of(" a".getBytes(StandardCharsets.UTF_8), " lak".getBytes(StandardCharsets.UTF_8), new byte[0]),
                new float[] {-0.5f, -1f, Float.NEGATIVE_INFINITY, -4f, -0.25f, -8f},
                2);
    }

    private static TeacherTargets targets(
            String response, int vocabularySize, TeacherTokens tokens, RankedColumns columns) {
        return targets(response, new Vocabulary("bb", vocabularySize, List.of()), tokens, columns, Author.TEACHER);
    }

    private static TeacherTargets targets(
            String response, Vocabulary vocabulary, TeacherTokens tokens, RankedColumns columns, Author author) {
        return new TeacherTargets(
                "p-1",
                "c-1",
                "default",
                new PlainText("Ducks like"),
                "Ducks like",
                Message.assistant(response),
                response,
                "a pond",
                new TeacherIdentity("tiny", "aa", "bb", ""),
                vocabulary,
                tokens,
                columns,
                FinishReason.STOP,
                Split.HELD_OUT,
                author,
                Instant.ofEpochMilli(1_700_000_000_000L),
                Instant.ofEpochMilli(1_700_000_000_500L));
    }
}
