package io.stillstream.trainer.loop;

import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.source.TargetsRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Records of a teacher whose tokens are letters, as those of {@link TinyStudent} are. */
public final class Samples {

    public static final String TOPIC = "teacher-targets";
    public static final TeacherIdentity TEACHER = new TeacherIdentity("teacher", "aa", "bb", "");

    private static final int COLUMNS = 4;
    /** What the teacher gives a token of a response that came with its prompt: less than a student that knows nothing. */
    private static final float UNLIKELY = -6f;

    private static final int SPACE = 3;
    private static final int FIRST_LETTER = 4;
    /** The space among them. */
    private static final int LETTERS = 27;

    private Samples() {}

    /** A marker of the end of a source. */
    public static ConsumerRecord<byte[], byte[]> end(int partition, long offset, long timestamp, EndOfSource end) {
        var headers = new RecordHeaders();
        EndOfSource.headers().forEach(headers::add);
        return new ConsumerRecord<>(
                TOPIC,
                partition,
                offset,
                timestamp,
                TimestampType.CREATE_TIME,
                0,
                0,
                utf8("source"),
                EndOfSourceCodec.encode(end),
                headers,
                Optional.empty());
    }

    /** Of a source in so many partitions of {@code prompts}. */
    public static EndOfSource end(String id, int partition, int partitions) {
        return new EndOfSource(id, "source", partition, partitions, Instant.EPOCH);
    }

    /** Targets whose tokens are the letters of the response; numbers are drawn from a seed that the texts give. */
    public static TeacherTargets targets(String prompt, String response) {
        return targets(prompt, response, FinishReason.STOP, Split.TRAIN, TEACHER);
    }

    public static TeacherTargets targets(
            String prompt, String response, FinishReason ending, Split split, TeacherIdentity teacher) {
        int positions = response.getBytes(StandardCharsets.UTF_8).length;
        int[] ends = new int[positions];
        Arrays.setAll(ends, t -> t + 1);
        var random = new Random((prompt + response).hashCode());
        float[] numbers = new float[positions];
        Arrays.fill(numbers, 1f);
        float[] logProbabilities = new float[positions];
        Arrays.fill(logProbabilities, -1f);
        float[] columns = new float[positions * COLUMNS];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = -1f - random.nextFloat();
        }
        return new TeacherTargets(
                "p-" + prompt.hashCode(),
                "c",
                "tenant",
                new PlainText(prompt),
                prompt,
                Message.assistant(response),
                response,
                null,
                teacher,
                new Vocabulary("bb", 32, List.of()),
                new TeacherTokens(new int[ends.length], ends, false, numbers, numbers, logProbabilities),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        1f,
                        new int[] {4, 5, 6, 7},
                        List.of(utf8("a"), utf8("b"), utf8("c"), utf8("d")),
                        columns,
                        positions),
                ending,
                split,
                Author.TEACHER,
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:00:01Z"));
    }

    /** The same of somebody else. */
    public static TeacherTargets ofTenant(TeacherTargets targets, String tenant) {
        return new TeacherTargets(
                targets.promptId(),
                targets.conversationId(),
                tenant,
                targets.input(),
                targets.promptText(),
                targets.response(),
                targets.responseText(),
                targets.reference(),
                targets.teacher(),
                targets.vocabulary(),
                targets.tokens(),
                targets.columns(),
                targets.finishReason(),
                targets.split(),
                targets.author(),
                targets.createdAt(),
                targets.scoredAt());
    }

    /**
     * Targets by token of a teacher that has the letters of {@link TinyStudent} too.
     *
     * @param response of spaces and letters that its tokenizer does not merge
     * @param tokenizer the sha256 of the student's
     */
    public static TeacherTargets byToken(String prompt, String response, Split split, Author author, String tokenizer) {
        TeacherTargets plain = targets(prompt, response, FinishReason.STOP, split, TEACHER);
        int positions = response.length();
        int[] own = response.chars()
                .map(letter -> letter == ' ' ? SPACE : FIRST_LETTER + letter - 'a')
                .toArray();
        int[] ids = new int[positions * COLUMNS];
        float[] logProbabilities = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = SPACE + (own[i / COLUMNS] - SPACE + i % COLUMNS) % LETTERS;
            logProbabilities[i] = -1f - i % COLUMNS - (i / COLUMNS) % 3 * 0.1f;
        }
        return new TeacherTargets(
                plain.promptId(),
                plain.conversationId(),
                plain.tenant(),
                new PlainText(prompt),
                prompt,
                Message.assistant(response),
                response,
                null,
                TEACHER,
                new Vocabulary(tokenizer, 32, List.of()),
                new TeacherTokens(
                        own,
                        IntStream.rangeClosed(1, positions).toArray(),
                        false,
                        filled(positions, 1f),
                        filled(positions, 1f),
                        filled(positions, author.equals(Author.PRODUCTION) ? UNLIKELY : -1f)),
                new RankedColumns(
                        Selection.TOKEN, Ranking.PROBABILITY, 1f, ids, List.of(), logProbabilities, positions),
                FinishReason.STOP,
                split,
                author,
                plain.createdAt(),
                plain.scoredAt());
    }

    /**
     * The same, asked in a chat.
     *
     * @param response the message that the teacher worded
     * @param template sha256 of the teacher's chat template
     */
    public static TeacherTargets inChat(TeacherTargets targets, Chat chat, Message response, String template) {
        TeacherIdentity teacher = targets.teacher();
        return new TeacherTargets(
                targets.promptId(),
                targets.conversationId(),
                targets.tenant(),
                chat,
                targets.promptText(),
                response,
                targets.responseText(),
                targets.reference(),
                new TeacherIdentity(teacher.name(), teacher.weights(), teacher.tokenizer(), template),
                targets.vocabulary(),
                targets.tokens(),
                targets.columns(),
                targets.finishReason(),
                targets.split(),
                targets.author(),
                targets.createdAt(),
                targets.scoredAt());
    }

    private static float[] filled(int length, float value) {
        float[] values = new float[length];
        Arrays.fill(values, value);
        return values;
    }

    /** As it would lie in partition 0. */
    public static ConsumerRecord<byte[], byte[]> raw(long offset, TeacherTargets targets) {
        return new ConsumerRecord<>(TOPIC, 0, offset, utf8("key"), TeacherTargetsCodec.encode(targets));
    }

    public static TargetsRecord record(long offset, TeacherTargets targets) {
        return TargetsRecord.decode(raw(offset, targets));
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Client properties that are never used to connect. */
    public static Map<String, String> noKafka() {
        return Map.of("bootstrap.servers", "127.0.0.1:1");
    }
}
