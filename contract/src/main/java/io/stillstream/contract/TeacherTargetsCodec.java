package io.stillstream.contract;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.stillstream.contract.wire.TeacherTargetsProto;
import java.time.Instant;
import java.util.List;

/**
 * {@link TeacherTargets} as Protobuf. Log-probabilities are fp16 and byte-planar: all low bytes, then all high bytes,
 * which halves of one exponent compress well as.
 */
public final class TeacherTargetsCodec {

    public static final int VERSION = 1;

    /** More than any context window: a larger count is a damaged record, not a long response. */
    private static final int MAXIMUM_POSITIONS = 1 << 20;

    /** The largest finite half: a log-probability below it is written as it. */
    private static final float LOWEST_LOG_PROBABILITY = -65504f;

    private TeacherTargetsCodec() {}

    public static byte[] encode(TeacherTargets targets) {
        TeacherTargetsProto.TeacherTargets.Builder record = TeacherTargetsProto.TeacherTargets.newBuilder()
                .setVersion(VERSION)
                .setPromptId(targets.promptId())
                .setConversationId(targets.conversationId())
                .setTenant(targets.tenant())
                .setPromptText(targets.promptText())
                .setResponseText(targets.responseText())
                .setTeacher(TeacherTargetsProto.TeacherIdentity.newBuilder()
                        .setName(targets.teacher().name())
                        .setWeights(targets.teacher().weights())
                        .setTokenizer(targets.teacher().tokenizer())
                        .setTemplate(targets.teacher().template()))
                .setVocabularySize(targets.vocabularySize())
                .setEnding(TeacherTargetsProto.Ending.valueOf(targets.ending().name()))
                .setSplit(TeacherTargetsProto.Split.valueOf(targets.split().name()))
                .setAuthor(TeacherTargetsProto.Author.valueOf(targets.author().name()))
                .setCreatedAtMillis(targets.createdAt().toEpochMilli())
                .setScoredAtMillis(targets.scoredAt().toEpochMilli());
        if (targets.reference() != null) {
            record.setReference(targets.reference());
        }
        TeacherTokens tokens = targets.tokens();
        for (int t = 0; t < tokens.count(); t++) {
            record.addTokenEnd(tokens.end(t));
            record.addLogZ(tokens.logZ(t));
            record.addLogitStandardDeviation(tokens.logitStandardDeviation(t));
            record.addTokenLogProbability(tokens.logProbability(t));
        }
        addColumns(record, targets.columns());
        return record.build().toByteArray();
    }

    /** @throws ContractException for truncated bytes, unknown versions, numbers that are none, and sizes that disagree */
    public static TeacherTargets decode(byte[] bytes) {
        TeacherTargetsProto.TeacherTargets record;
        try {
            record = TeacherTargetsProto.TeacherTargets.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new ContractException("not a teacher-targets record: " + e.getMessage(), e);
        }
        if (record.getVersion() != VERSION) {
            throw new ContractException(
                    "teacher-targets of version " + record.getVersion() + "; this build reads version " + VERSION);
        }
        int positions = record.getTokenEndCount();
        if (positions > MAXIMUM_POSITIONS) {
            throw new ContractException(positions + " positions; expected at most " + MAXIMUM_POSITIONS);
        }
        TeacherTargetsProto.TeacherIdentity teacher = record.getTeacher();
        return new TeacherTargets(
                record.getPromptId(),
                record.getConversationId(),
                record.getTenant(),
                record.getPromptText(),
                record.getResponseText(),
                record.hasReference() ? record.getReference() : null,
                new TeacherIdentity(
                        teacher.getName(), teacher.getWeights(), teacher.getTokenizer(), teacher.getTemplate()),
                record.getVocabularySize(),
                new TeacherTokens(
                        ints(record.getTokenEndList()),
                        floats(record.getLogZList()),
                        floats(record.getLogitStandardDeviationList()),
                        floats(record.getTokenLogProbabilityList())),
                columns(record, positions),
                known(Ending.class, record.getEnding()),
                known(Split.class, record.getSplit()),
                known(Author.class, record.getAuthor()),
                Instant.ofEpochMilli(record.getCreatedAtMillis()),
                Instant.ofEpochMilli(record.getScoredAtMillis()));
    }

    private static void addColumns(TeacherTargetsProto.TeacherTargets.Builder record, RankedColumns columns) {
        record.setSelection(
                TeacherTargetsProto.Selection.valueOf(columns.selection().name()));
        record.setRanking(TeacherTargetsProto.Ranking.valueOf(columns.ranking().name()));
        boolean sequence = columns.selection() == Selection.SEQUENCE;
        int rows = sequence ? 1 : columns.positions();
        for (int position = 0; position < rows; position++) {
            for (int column = 0; column < columns.k(); column++) {
                record.addIds(columns.id(position, column));
            }
        }
        for (int column = 0; sequence && column < columns.k(); column++) {
            record.addIdTexts(ByteString.copyFrom(columns.text(column)));
        }
        float[] values = columns.logProbabilities();
        byte[] planar = new byte[2 * values.length];
        for (int i = 0; i < values.length; i++) {
            short half = HalfFloats.toHalf(Math.min(0f, Math.max(LOWEST_LOG_PROBABILITY, values[i])));
            planar[i] = (byte) half;
            planar[values.length + i] = (byte) (half >>> 8);
        }
        record.setLogProbabilities(ByteString.copyFrom(planar));
    }

    private static RankedColumns columns(TeacherTargetsProto.TeacherTargets record, int positions) {
        ByteString planar = record.getLogProbabilities();
        if (planar.size() % 2 != 0) {
            throw new ContractException(planar.size() + " bytes of log-probabilities; expected two for each");
        }
        float[] values = new float[planar.size() / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    HalfFloats.toFloat((short) ((planar.byteAt(values.length + i) << 8) | (planar.byteAt(i) & 0xff)));
        }
        return new RankedColumns(
                known(Selection.class, record.getSelection()),
                known(Ranking.class, record.getRanking()),
                ints(record.getIdsList()),
                record.getIdTextsList().stream().map(ByteString::toByteArray).toList(),
                values,
                positions);
    }

    private static <E extends Enum<E>> E known(Class<E> type, Enum<?> wire) {
        try {
            return Enum.valueOf(type, wire.name());
        } catch (IllegalArgumentException e) {
            throw new ContractException(
                    type.getSimpleName() + " is " + wire.name() + ", which this build does not know", e);
        }
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }
}
