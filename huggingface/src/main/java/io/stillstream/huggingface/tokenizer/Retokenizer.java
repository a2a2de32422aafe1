package io.stillstream.huggingface.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Tokenizes bytes that stand somewhere within a text. The tokens spell exactly these bytes: {@code "ing"} gets no token
 * with the space that SentencePiece puts before a text, and {@code " the"} one token with it.
 */
public final class Retokenizer {

    private static final int[] NONE = {};

    /**
     * The text before the bytes while they are tokenized. None suits a tokenizer that leaves a text's start alone; others
     * give their space to the line break, with which parts of words are not joined, or to the tabulator where the bytes
     * themselves begin with a line break. Those that leave line breaks out, and put a space before what follows one, give it to the
     * full stop.
     */
    private static final List<String> PRECEDING = List.of("", "\n", "\t", ".");

    private final TextTokenizer tokenizer;
    /** The tokens that are not whole characters, such as single bytes. */
    private final Map<ByteBuffer, Integer> fragments = new HashMap<>();

    public Retokenizer(TextTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            byte[] bytes = tokenizer.bytes(id);
            if (!isText(bytes)) {
                fragments.putIfAbsent(ByteBuffer.wrap(bytes), id);
            }
        }
    }

    /** Ids whose bytes are these, in their order; none where the vocabulary cannot spell them. */
    public int[] tokenize(byte[] bytes) {
        Integer fragment = fragments.get(ByteBuffer.wrap(bytes));
        return fragment == null ? tokenizeRuns(bytes) : new int[] {fragment};
    }

    /** Whole characters are tokenized as text, bytes that belong to none one by one. */
    private int[] tokenizeRuns(byte[] bytes) {
        CharsetDecoder decoder = strictDecoder();
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        CharBuffer run = CharBuffer.allocate(bytes.length);
        IntStream.Builder ids = IntStream.builder();
        while (rest.hasRemaining()) {
            CoderResult outcome = decoder.decode(rest, run.clear(), true);
            String text = run.flip().toString();
            if (!text.isEmpty() && !addAll(ids, tokenize(text))) {
                return NONE;
            }
            for (int i = 0; outcome.isError() && i < outcome.length(); i++) {
                Integer single = fragments.get(ByteBuffer.wrap(new byte[] {rest.get()}));
                if (single == null) {
                    return NONE;
                }
                ids.add(single);
            }
            decoder.reset();
        }
        return ids.build().toArray();
    }

    private static boolean addAll(IntStream.Builder ids, int[] found) {
        Arrays.stream(found).forEach(ids::add);
        return found.length > 0;
    }

    private int[] tokenize(String text) {
        byte[] expected = text.getBytes(StandardCharsets.UTF_8);
        for (String preceding : PRECEDING) {
            int[] ids = tokenizer.encode(preceding, text).responseIds();
            if (Arrays.equals(spelled(ids), expected)) {
                return ids;
            }
        }
        return NONE;
    }

    private byte[] spelled(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenizer.bytes(id));
        }
        return bytes.toByteArray();
    }

    private static boolean isText(byte[] bytes) {
        return !strictDecoder()
                .decode(ByteBuffer.wrap(bytes), CharBuffer.allocate(bytes.length), true)
                .isError();
    }

    private static CharsetDecoder strictDecoder() {
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }
}
