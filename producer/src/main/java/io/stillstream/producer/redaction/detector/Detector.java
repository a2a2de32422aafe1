package io.stillstream.producer.redaction.detector;

import java.util.List;

/**
 * Looks at those places of a text where its triggers are. It looks at a bounded number of characters around each, so that a text
 * takes time in proportion to its length, and adds what it finds to the text's findings. Without state: one serves all threads.
 */
public interface Detector {

    DetectorKind kind();

    /** The words at which {@link #atKeyword} is called; in small letters. */
    default List<Keyword> keywords() {
        return List.of();
    }

    /** A keyword was met, in large or small letters. */
    default void atKeyword(ScannedText text, int start, int end) {}

    /** A run of digits begins here; what groups of digits follow, and how they are separated. */
    default void atDigits(ScannedText text, DigitGroups groups) {}

    /** Called once a text, after all triggers. */
    default void atEnd(ScannedText text) {}
}
