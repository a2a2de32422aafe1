package io.stillstream.scorer.onnx;

import io.stillstream.contract.prompt.FinishReason;
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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A response whose tokens make up its text to the last byte, with the token that ends it where that is scored. Owns its
 * arrays.
 */
final class Response {

    private final String text;
    private final TokenSequence sequence;
    private final int[] ends;
    private final FinishReason finishReason;
    private final @Nullable HiddenStates states;

    /**
     * @param ends byte offsets in the text at which the response's tokens end
     * @param states that the scored tokens were chosen after; null where it was not generated here
     */
    private Response(
            String text, TokenSequence sequence, int[] ends, FinishReason finishReason, @Nullable HiddenStates states) {
        this.text = text;
        this.sequence = sequence;
        this.ends = ends;
        this.finishReason = finishReason;
        this.states = states;
    }

    String text() {
        return text;
    }

    TokenSequence sequence() {
        return sequence;
    }

    /** Byte offsets in the text at which the scored tokens end. The one that ends the text covers no bytes. */
    int[] ends() {
        if (!sequence.endsText()) {
            return ends;
        }
        int[] withEnd = Arrays.copyOf(ends, ends.length + 1);
        withEnd[ends.length] = ends[ends.length - 1];
        return withEnd;
    }

    FinishReason finishReason() {
        return finishReason;
    }

    @Nullable
    HiddenStates states() {
        return states;
    }

    /** A character has four bytes at most, so three tokens at most can hold an incomplete one. */
    private static final int LONGEST_INCOMPLETE = 3;

    /**
     * The response that came with a request. The end of a whole one is scored, where the context window has room for it.
     *
     * @param endIds the tokens that end a text, the usual one first
     */
    static Response given(Admission.Admitted admitted, List<Integer> endIds, int contextWindow) {
        String text = admitted.request().response();
        if (text == null) {
            throw new IllegalArgumentException("request " + admitted.request().id() + " has no response");
        }
        TokenizedResponse tokenized = admitted.tokenized();
        FinishReason ending = admitted.request().ending();
        boolean scoresEnd = ending.endsText() && !endIds.isEmpty() && tokenized.length() < contextWindow;
        OptionalInt end = scoresEnd ? OptionalInt.of(endIds.get(0)) : OptionalInt.empty();
        return new Response(
                text,
                new TokenSequence(tokenized.promptIds(), tokenized.responseIds(), end),
                tokenized.responseEnds(),
                ending,
                null);
    }

    /**
     * A response that the teacher generated, without what follows a stop string, and without the tokens at its end that
     * leave a character incomplete. Its end is scored where the model wrote one there: not where a stop string ended it, or
     * a token that begins another text, and not where tokens were left out.
     *
     * @param endIds the tokens that end a text
     * @return empty where no token is left, where its bytes are not UTF-8, or where the model's logits were not finite
     */
    static Optional<Response> generated(GeneratedSequence sequence, TextTokenizer tokenizer, List<Integer> endIds) {
        if (sequence.failed()) {
            return Optional.empty();
        }
        int[] ids = sequence.response();
        int[] ends = new int[ids.length];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < ids.length; i++) {
            // A model's vocabulary may be padded beyond its tokenizer's.
            out.writeBytes(ids[i] < tokenizer.vocabularySize() ? tokenizer.bytes(ids[i]) : new byte[0]);
            ends[i] = out.size();
        }
        byte[] bytes = out.toByteArray();
        int whole = ids.length;
        if (sequence.stopStringAt().isPresent()) {
            int length = sequence.stopStringAt().getAsInt();
            whole = (int) Arrays.stream(ends).filter(end -> end < length).count();
            if (length > (whole == 0 ? 0 : ends[whole - 1])) {
                // The token in which the string begins: the response has its first part alone.
                ends[whole++] = length;
            }
        }
        for (int count = whole; count > Math.max(0, whole - 1 - LONGEST_INCOMPLETE); count--) {
            String text = decoded(ByteBuffer.wrap(bytes, 0, ends[count - 1]));
            if (text != null && !text.isEmpty()) {
                OptionalInt stopId = sequence.stopId();
                boolean scoresEnd = count == ids.length && stopId.isPresent() && endIds.contains(stopId.getAsInt());
                return Optional.of(new Response(
                        text,
                        new TokenSequence(
                                sequence.prompt(), Arrays.copyOf(ids, count), scoresEnd ? stopId : OptionalInt.empty()),
                        Arrays.copyOf(ends, count),
                        sequence.stopped() ? FinishReason.STOP : FinishReason.LENGTH,
                        sequence.states()));
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
