package io.stillstream.producer.redaction.detector.secret;

import io.stillstream.producer.redaction.detector.ScannedText;

/** How random a text looks. */
public final class Entropy {

    private Entropy() {}

    /** Shannon's entropy of the characters, in bits a character. */
    public static double bits(CharSequence text) {
        int[] counts = new int[1 << Byte.SIZE];
        for (int i = 0; i < text.length(); i++) {
            counts[text.charAt(i) & 0xff]++;
        }
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / text.length();
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits;
    }

    /** Whether there are letters and digits: names of things are seldom made of both, and keys hardly ever of one alone. */
    static boolean isMixed(ScannedText text, int start, int end) {
        boolean letters = false;
        boolean digits = false;
        for (int i = start; i < end && !(letters && digits); i++) {
            letters |= text.isLetter(i);
            digits |= text.isDigit(i);
        }
        return letters && digits;
    }
}
