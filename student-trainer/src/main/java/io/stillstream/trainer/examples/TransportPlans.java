package io.stillstream.trainer.examples;

import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.SpellingPlan;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.TrainerConfig;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transport plan between a teacher's tokens and the student's, made when the first record asks for it and kept as long as
 * records name the same tokenizer and the same ends of a text. For one thread.
 */
public final class TransportPlans implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransportPlans.class);

    private final TextTokenizer student;
    private final OptionalInt studentEnd;
    private final @Nullable TextTokenizer teacher;

    private @Nullable SpellingPlan plan;
    private List<Integer> endIds = List.of();
    /** The same plan by the student's token that ends a text: another one for chats than for plain texts, perhaps. */
    private final Map<OptionalInt, SpellingPlan> byEnd = new HashMap<>();

    /** @param teacher closed with this; null where the records' tokens are the student's own */
    private TransportPlans(TextTokenizer student, DecoderConfig config, @Nullable TextTokenizer teacher) {
        this.student = student;
        this.studentEnd = config.eosTokenIds().isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(config.eosTokenIds().get(0));
        this.teacher = teacher;
    }

    /**
     * @param teacherTokenizer the directory of the teacher's tokenizer.json; null where the records' tokens are the student's
     * @throws TrainerException when it cannot be read
     */
    public static TransportPlans open(TextTokenizer student, DecoderConfig config, @Nullable Path teacherTokenizer) {
        try {
            return new TransportPlans(
                    student, config, teacherTokenizer == null ? null : TextTokenizer.load(teacherTokenizer));
        } catch (HuggingFaceException e) {
            throw new TrainerException(TrainerConfig.TEACHER_TOKENIZER + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** Why a record's tokens cannot be carried over to the student's; empty when they can. */
    public Optional<String> mismatch(TeacherTargets targets) {
        String found = targets.vocabulary().tokenizer();
        if (found.equals(student.sha256()) || (teacher != null && found.equals(teacher.sha256()))) {
            return Optional.empty();
        }
        if (targets.projected()) {
            return Optional.of("targets in the vocabulary of the tokenizer " + found + "; the student's is "
                    + student.sha256() + " (teacher.project-onto)");
        }
        return Optional.of("targets in the vocabulary of the tokenizer " + found + "; "
                + TrainerConfig.TEACHER_TOKENIZER + " is "
                + (teacher == null ? "not set" : "one with the sha256 " + teacher.sha256()));
    }

    /** The plan for a record's tokens: between its vocabulary and the student's. */
    public SpellingPlan of(TeacherTargets targets) {
        SpellingPlan made = plan;
        if (made == null || !endIds.equals(targets.vocabulary().endIds())) {
            endIds = targets.vocabulary().endIds();
            long started = System.nanoTime();
            TextTokenizer from =
                    teacher == null || targets.vocabulary().tokenizer().equals(student.sha256()) ? student : teacher;
            made = SpellingPlan.of(from, student, endIds, studentEnd);
            plan = made;
            byEnd.clear();
            byEnd.put(studentEnd, made);
            LOG.info(
                    "transport plan: the student spells {} of the teacher's tokens, {} of them with one token; made in {} ms",
                    made.mapped(),
                    made.whole(),
                    Duration.ofNanos(System.nanoTime() - started).toMillis());
        }
        return made;
    }

    /** The plan for a record's tokens, with the student's token that ends this record's response. */
    SpellingPlan of(TokenizedTarget sequence) {
        SpellingPlan made = of(sequence.targets());
        return byEnd.computeIfAbsent(sequence.end(), end -> made.endingWith(endIds, end));
    }

    /** The bytes that one of a record's tokens stands for, as far as the student can spell them. */
    public byte[] text(TeacherTargets targets, int id) {
        var bytes = new ByteArrayOutputStream();
        for (int token : of(targets).path(id)) {
            bytes.writeBytes(student.bytes(token));
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        if (teacher != null) {
            teacher.close();
        }
    }
}
