package io.stillstream.evaluation.bakeoff.plot;

/**
 * How wide a text is at most, whichever sans-serif font shows it: texts rather stand too far apart than too near. Widths are
 * of letters in ems.
 */
final class TextWidth {

    private static final double LETTER = 0.6;
    private static final double CAPITAL = 0.75;
    private static final double WIDE_LETTER = 1.0;
    private static final String ELLIPSIS = "…";

    private TextWidth() {}

    static double of(String text, double size) {
        return size * text.codePoints().mapToDouble(TextWidth::ofLetter).sum();
    }

    /** The text, or as much of its beginning as fits with an ellipsis. */
    static String shortened(String text, double size, double room) {
        if (of(text, size) <= room) {
            return text;
        }
        int[] letters = text.codePoints().toArray();
        int kept = letters.length;
        while (kept > 0 && of(new String(letters, 0, kept) + ELLIPSIS, size) > room) {
            kept--;
        }
        return new String(letters, 0, kept) + ELLIPSIS;
    }

    private static double ofLetter(int letter) {
        if (letter == 'm' || letter == 'w' || letter == '…' || Character.isIdeographic(letter)) {
            return WIDE_LETTER;
        }
        return Character.isUpperCase(letter) ? CAPITAL : LETTER;
    }
}
