package io.stillstream.evaluation.measure;

import io.stillstream.evaluation.score.TaskScore;
import io.stillstream.trainer.heldout.Agreement;
import java.util.Locale;

/** What a student is measured by, in the order of a report. */
public enum Metric {
    /** Nats per token of the student. Tokens differ between students, so students are not compared by it. */
    LOSS("nats per token", false),
    /** The same loss per UTF-8 byte, which compares across tokenizers. */
    BITS_PER_BYTE("bits per byte", false),
    /** The share of aligned positions at which student and teacher go on alike: see {@link Agreement}. */
    TEACHER_AGREEMENT("agreement with teacher", true),
    /** How far confidence is from accuracy, 0 to 1: see {@link Calibration}. */
    EXPECTED_CALIBRATION_ERROR("calibration error", false),
    /** The mean of {@link TaskScore#EXACT_MATCH}. */
    EXACT_MATCH("exact match", true),
    /** The mean of {@link TaskScore#F1}. */
    F1("F1", true),
    /** The mean of {@link TaskScore#ROUGE_LSUM}. */
    ROUGE_LSUM("ROUGE-Lsum", true);

    private final String label;
    private final boolean higherIsBetter;

    Metric(String label, boolean higherIsBetter) {
        this.label = label;
        this.higherIsBetter = higherIsBetter;
    }

    static Metric of(TaskScore score) {
        return switch (score) {
            case EXACT_MATCH -> EXACT_MATCH;
            case F1 -> F1;
            case ROUGE_LSUM -> ROUGE_LSUM;
        };
    }

    /** For people. */
    public String label() {
        return label;
    }

    /** For files: {@code bits_per_byte}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** Whether the figures of two students say which one is better. */
    public boolean comparable() {
        return this != LOSS;
    }
}
