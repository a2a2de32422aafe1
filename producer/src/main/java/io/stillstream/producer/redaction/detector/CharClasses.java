package io.stillstream.producer.redaction.detector;

import java.util.Set;

/** Which characters an automaton tells apart: those of its keywords, small and large letters alike, and digits of all scripts. */
final class CharClasses {

    /** The class of every character that no keyword has. */
    static final int OTHER = 0;

    /** The class of all digits. */
    static final int DIGIT = 1;

    private static final int CHARACTERS = 1 << Character.SIZE;

    private final byte[] classes = new byte[CHARACTERS];
    private int count = DIGIT + 1;

    CharClasses(Set<Character> letters) {
        for (char letter : letters) {
            if (classes[letter] == OTHER && !Character.isDigit(letter)) {
                int next = count++;
                if (next > Byte.MAX_VALUE) {
                    // More than a byte tells apart: all others share one, and keywords are compared once more when met.
                    next = Byte.MAX_VALUE;
                    count = next + 1;
                }
                classes[letter] = (byte) next;
                classes[Character.toUpperCase(letter)] = (byte) next;
            }
        }
        for (int character = 0; character < CHARACTERS; character++) {
            if (Character.isDigit((char) character)) {
                classes[character] = DIGIT;
            }
        }
    }

    int count() {
        return count;
    }

    int of(char character) {
        return classes[character];
    }

    /** By character; to be read only. */
    byte[] table() {
        return classes;
    }
}
