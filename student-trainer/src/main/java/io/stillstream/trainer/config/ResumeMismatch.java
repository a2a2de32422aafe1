package io.stillstream.trainer.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What keeps training from going on when it is not what it was, unless {@code trainer.accept-changes} names it. */
public enum ResumeMismatch {
    /** The loss and its weights. */
    LOSS,
    /** Whose targets the stream has; training goes on with the first teacher that is met. */
    TEACHER,
    /** The tokenizer in {@code trainer.student}; training goes on with the checkpoint's. */
    TOKENIZER,
    /** More partitions; the new ones are read from their beginning. */
    PARTITIONS,
    /** The topic was made anew, and the records in it, by their offsets, are those of the old one. */
    TOPIC,
    /** The student that {@code trainer.student} names; training goes on with the checkpoint's weights. */
    STUDENT;

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String keys() {
        return Arrays.stream(values()).map(ResumeMismatch::key).collect(Collectors.joining(", "));
    }

    /** What to do about it, as the end of a message. */
    public String remedy() {
        return "set trainer.accept-changes=" + key() + " to go on all the same";
    }
}
