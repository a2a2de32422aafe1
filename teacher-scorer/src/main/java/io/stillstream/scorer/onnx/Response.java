package io.stillstream.scorer.onnx;

import io.stillstream.contract.FinishReason;
import io.stillstream.contract.ResponseSource;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.onnx.generate.GeneratedSequence;
import io.stillstream.scorer.onnx.run.HiddenStates;
import io.stillstream.scorer.onnx.run.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A response whose tokens spell its text to the last byte. Owns its arrays.
 */
public final class Response {

    private final String text;
    private final TokenSequence sequence;
    private final int[] ends;
    private final FinishReason ending;
    private final ResponseSource author;
    private final @Nullable HiddenStates states;

    /**
     * @param ends byte offsets in the text at which the response's tokens end
     * @param states that its tokens were chosen after; null where it was not written here
     */
    Response(
            String text,
            TokenSequence sequence,
            int[] ends,
            FinishReason ending,
            ResponseSource author,
            @Nullable HiddenStates states) {
        this.text = text;
        this.sequence = sequence;
        this.ends = ends;
        this.ending = ending;
        this.author = author;
        this.states = states;
    }

    public String text() {
        return text;
    }

    public TokenSequence sequence() {
        return sequence;
    }

    public int[] ends() {
        return ends;
    }

    public FinishReason ending() {
        return ending;
    }

    public ResponseSource author() {
        return author;
    }

    @Nullable
    HiddenStates states() {
        return states;
    }

    /** A character has four bytes at most, so three tokens at most can hold an unfinished one. */
    private static final int LONGEST_UNFINISHED = 3;

    /** Production's. */
    public static Response given(Admission.Admitted admitted) {
        String text = admitted.request().response();
        if (text == null) {
            throw new IllegalArgumentException("request " + admitted.request().id() + " has no response");
        }
        TokenizedResponse tokenized = admitted.tokenized();
        return new Response(
                text,
                new TokenSequence(tokenized.promptIds(), tokenized.responseIds()),
                tokenized.responseEnds(),
                FinishReason.STOP,
                ResponseSource.PRODUCTION,
                null);
    }

    /**
     * The teacher's, without what follows a stop string, and without the tokens at its end that left a character
     * unfinished.
     *
     * @return empty where no token is left, or where they spell bytes that are not UTF-8
     */
    public static Optional<Response> written(GeneratedSequence continuation, TextTokenizer tokenizer) {
        int[] ids = continuation.response();
        int[] ends = new int[ids.length];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < ids.length; i++) {
            // A model's vocabulary may be padded beyond its tokenizer's.
            out.writeBytes(ids[i] < tokenizer.vocabularySize() ? tokenizer.bytes(ids[i]) : new byte[0]);
            ends[i] = out.size();
        }
        byte[] bytes = out.toByteArray();
        int whole = ids.length;
        if (continuation.stopStringAt().isPresent()) {
            int length = continuation.stopStringAt().getAsInt();
            whole = (int) Arrays.stream(ends).filter(end -> end < length).count();
            if (length > (whole == 0 ? 0 : ends[whole - 1])) {
                // The token in which the string begins: the response has its first part alone.
                ends[whole++] = length;
            }
        }
        for (int count = whole; count > Math.max(0, whole - 1 - LONGEST_UNFINISHED); count--) {
            String text = decoded(ByteBuffer.wrap(bytes, 0, ends[count - 1]));
            if (text != null && !text.isEmpty()) {
                return Optional.of(new Response(
                        text,
                        new TokenSequence(continuation.prompt(), Arrays.copyOf(ids, count)),
                        Arrays.copyOf(ends, count),
                        continuation.stopped() ? FinishReason.STOP : FinishReason.LENGTH,
                        ResponseSource.TEACHER,
                        continuation.states()));
            }
        }
        return Optional.empty();
    }

    private static @Nullable String decoded(ByteBuffer utf8) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
