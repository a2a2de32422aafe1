package io.stillstream.huggingface.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Text of tokens that come one by one. A character that is split over several tokens is passed on when it is whole; one that
 * never is, is left out.
 */
public final class TextStream implements IntConsumer {

    private final TextTokenizer tokenizer;
    private final Consumer<String> pieces;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

    /** Whether what comes next is the first of a text of its own. */
    private boolean begins;

    /**
     * Of tokens that go on with another text.
     *
     * @param pieces given the text piece by piece; no piece is empty
     */
    public TextStream(TextTokenizer tokenizer, Consumer<String> pieces) {
        this(tokenizer, pieces, false);
    }

    private TextStream(TextTokenizer tokenizer, Consumer<String> pieces, boolean begins) {
        this.tokenizer = tokenizer;
        this.pieces = pieces;
        this.begins = begins;
    }

    /** Of tokens of a text of its own: without the space that the tokenizer puts before a text, as SentencePiece does. */
    public static TextStream ofWholeText(TextTokenizer tokenizer, Consumer<String> pieces) {
        return new TextStream(tokenizer, pieces, tokenizer.spacesStarts());
    }

    /** @param id may lie beyond the tokenizer's tokens, as a model may have more rows than those: such a token is no text */
    @Override
    public void accept(int id) {
        if (id >= tokenizer.vocabularySize()) {
            return;
        }
        pending.writeBytes(tokenizer.bytes(id));
        byte[] bytes = pending.toByteArray();
        int complete = Utf8.completeLength(bytes);
        if (complete > 0) {
            pending.reset();
            pending.write(bytes, complete, bytes.length - complete);
            int from = begins && bytes[0] == ' ' ? 1 : 0;
            begins = false;
            if (complete > from) {
                pieces.accept(new String(bytes, from, complete - from, StandardCharsets.UTF_8));
            }
        }
    }
}
