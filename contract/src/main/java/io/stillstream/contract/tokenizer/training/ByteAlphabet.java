package io.stillstream.contract.tokenizer.training;

/** GPT-2's spelling of bytes: printable ones are themselves, the others follow from U+0100 in order. */
final class ByteAlphabet {

    private static final char[] LETTERS = letters();

    private ByteAlphabet() {}

    static String spell(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            text.append(LETTERS[value & 0xff]);
        }
        return text.toString();
    }

    private static char[] letters() {
        char[] letters = new char[256];
        char next = 0x100;
        for (int value = 0; value < letters.length; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xac) || value >= 0xae;
            letters[value] = printable ? (char) value : next++;
        }
        return letters;
    }
}
