package io.stillstream.contract.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.contract.wire.TeacherTargetsProto;
import java.io.IOException;
import java.time.Instant;

/**
 * {@link TeacherTargets} as Protobuf, version {@value #VERSION}; {@code teacher_targets.proto} describes the layout.
 *
 * <p>Decoding gives what was encoded, except that numbers lose precision: all are fp16 on the wire, log-probabilities below −8
 * are multiples of 1/64 (fp16's own spacing from −16 down), those below −65504 (−infinity among them) are −65504, and those
 * above 0 by rounding are 0; temperatures are fp32. Columns of −infinity that a position has beyond its others are not written,
 * and are −infinity of token 0 when read. A decoded record encodes again without further loss.
 */
public final class TeacherTargetsCodec {

    public static final int VERSION = 4;

    private static final int TAG_OF_VERSION =
            tag(TeacherTargetsProto.TeacherTargets.VERSION_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT);
    private static final int TAG_OF_TENANT =
            tag(TeacherTargetsProto.TeacherTargets.TENANT_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);

    private TeacherTargetsCodec() {}

    /** @throws ContractException for more numbers than a reader takes */
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
                .setVocabulary(TeacherTargetsProto.Vocabulary.newBuilder()
                        .setTokenizer(targets.vocabulary().tokenizer())
                        .setSize(targets.vocabulary().size())
                        .addAllEndIds(targets.vocabulary().endIds()))
                .setFinishReason(TeacherTargetsProto.FinishReason.valueOf(
                        targets.finishReason().name()))
                .setSplit(TeacherTargetsProto.Split.valueOf(targets.split().name()))
                .setResponseSource(TeacherTargetsProto.ResponseSource.valueOf(
                        targets.responseSource().name()))
                .setCreatedAtMillis(targets.createdAt().toEpochMilli())
                .setScoredAtMillis(targets.scoredAt().toEpochMilli());
        if (targets.reference() != null) {
            record.setReference(targets.reference());
        }
        if (targets.input() instanceof Chat chat) {
            record.setChat(ChatCodec.text(chat));
        }
        if (!targets.response().equals(Message.assistant(targets.responseText()))) {
            record.setResponseMessage(ChatCodec.encode(targets.response()).toString());
        }
        String snapshot = targets.author().snapshot();
        if (snapshot != null) {
            record.setResponseSnapshot(snapshot);
        }
        addColumns(record, targets.columns());
        DeflatedNumbers.encode(
                targets.tokens(), targets.columns(), targets.vocabulary().size(), record);
        return record.build().toByteArray();
    }

    /** @throws ContractException for truncated bytes, unknown versions, numbers that are not finite, and sizes that disagree */
    public static TeacherTargets decode(byte[] bytes) {
        TeacherTargetsProto.TeacherTargets record;
        try {
            record = TeacherTargetsProto.TeacherTargets.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new ContractException("not a teacher-targets record: " + e.getMessage(), e);
        }
        requireVersion(record.getVersion());
        int positions = record.getPositions();
        // Before anything of that size is made.
        TeacherTargets.requirePositions(positions, record.getResponseTextBytes().size());
        Numbers numbers = DeflatedNumbers.decode(record, positions);
        TeacherTargetsProto.TeacherIdentity teacher = record.getTeacher();
        return new TeacherTargets(
                record.getPromptId(),
                record.getConversationId(),
                record.getTenant(),
                record.hasChat() ? ChatCodec.ofText(record.getChat()) : new PlainText(record.getPromptText()),
                record.getPromptText(),
                record.hasResponseMessage()
                        ? ChatCodec.messageOfText(record.getResponseMessage())
                        : Message.assistant(record.getResponseText()),
                record.getResponseText(),
                record.hasReference() ? record.getReference() : null,
                new TeacherIdentity(
                        teacher.getName(), teacher.getWeights(), teacher.getTokenizer(), teacher.getTemplate()),
                new Vocabulary(
                        record.getVocabulary().getTokenizer(),
                        record.getVocabulary().getSize(),
                        record.getVocabulary().getEndIdsList()),
                numbers.tokens(),
                columns(record, numbers, positions),
                known(FinishReason.class, record.getFinishReason()),
                known(Split.class, record.getSplit()),
                new Author(
                        known(ResponseSource.class, record.getResponseSource()),
                        record.getResponseSnapshot().isEmpty() ? null : record.getResponseSnapshot()),
                Instant.ofEpochMilli(record.getCreatedAtMillis()),
                Instant.ofEpochMilli(record.getScoredAtMillis()));
    }

    /**
     * The tenant of a record, without decoding the rest of it; empty where it has none.
     *
     * @throws ContractException for truncated bytes and unknown versions
     */
    public static String tenant(byte[] bytes) {
        int version = 0;
        String tenant = "";
        try {
            CodedInputStream input = CodedInputStream.newInstance(bytes);
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                if (tag == TAG_OF_VERSION) {
                    version = input.readUInt32();
                } else if (tag == TAG_OF_TENANT) {
                    tenant = input.readStringRequireUtf8();
                } else if (!input.skipField(tag)) {
                    break;
                }
            }
        } catch (IOException e) {
            throw new ContractException("not a teacher-targets record: " + e.getMessage(), e);
        }
        requireVersion(version);
        return tenant;
    }

    private static void requireVersion(int version) {
        if (version != VERSION) {
            throw new ContractException("teacher-targets of version " + Integer.toUnsignedString(version)
                    + "; this build reads version " + VERSION);
        }
    }

    private static int tag(int field, int wireType) {
        // Three bits of the tag are the type: protobuf's encoding.
        return field << 3 | wireType;
    }

    private static void addColumns(TeacherTargetsProto.TeacherTargets.Builder record, RankedColumns columns) {
        record.setSelection(
                TeacherTargetsProto.Selection.valueOf(columns.selection().name()));
        record.setRanking(TeacherTargetsProto.Ranking.valueOf(columns.ranking().name()));
        record.setTemperature(columns.temperature()).setK(columns.k());
        for (int column = 0; columns.selection() == Selection.SEQUENCE && column < columns.k(); column++) {
            record.addIds(columns.id(0, column));
            record.addIdTexts(ByteString.copyFrom(columns.text(column)));
        }
    }

    private static RankedColumns columns(TeacherTargetsProto.TeacherTargets record, Numbers numbers, int positions) {
        return new RankedColumns(
                known(Selection.class, record.getSelection()),
                known(Ranking.class, record.getRanking()),
                record.getTemperature(),
                numbers.columnIds(),
                record.getIdTextsList().stream().map(ByteString::toByteArray).toList(),
                numbers.logProbabilities(),
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
}
