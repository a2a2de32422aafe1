package io.stillstream.trainer.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What must be as it was for training to resume, unless {@code trainer.accept-changes} names it. */
public enum ResumeMismatch {
    /** The loss and its weights. */
    LOSS,
    /** The teacher of the stream; training continues with that of the first record read. */
    TEACHER,
    /** The tokenizer in {@code trainer.student}; training continues with the checkpoint's. */
    TOKENIZER,
    /** The chat template that the student is trained in; training continues in the one that is configured. */
    TEMPLATE,
    /** More partitions; the new ones are read from their beginning. */
    PARTITIONS,
    /** The topic was recreated, and holds the same records at the same offsets. */
    TOPIC,
    /** The student that {@code trainer.student} names; training continues with the checkpoint's weights. */
    STUDENT,
    /** The settings of the adapters; training continues with the new ones where the checkpoint's adapter fits them. */
    LORA,
    /** Records that the topic has deleted before they were trained on; training continues with the first one that is there. */
    DELETED_RECORDS;

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String keys() {
        return Arrays.stream(values()).map(ResumeMismatch::key).collect(Collectors.joining(", "));
    }

    /** How to accept it, as the end of a message. */
    public String remedy() {
        return "set trainer.accept-changes=" + key() + " to resume all the same";
    }
}
