package io.stillstream.evaluation.comparison;

import java.util.Locale;

/** Which text of a record students are measured on. */
public enum TextChoice {
    /** What somebody knows to be right. */
    REFERENCE,
    /** What production or the teacher answered. */
    RESPONSE;

    /** The name that the command line takes. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
