package io.stillstream.producer.redaction.detector;

/**
 * Something private in a text.
 *
 * @param start its first character
 * @param end behind its last character
 * @param detector which kind of detector found it, for a meter
 * @param type what it is, for a placeholder: {@code EMAIL}
 * @param value the same for every way in which it may be written: a card's digits without the spaces
 */
public record Finding(int start, int end, DetectorKind detector, String type, String value) {

    /** The same at another place. */
    public Finding at(int newStart, int newEnd) {
        return new Finding(newStart, newEnd, detector, type, value);
    }
}
