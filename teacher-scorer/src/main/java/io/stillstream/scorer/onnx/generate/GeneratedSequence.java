package io.stillstream.scorer.onnx.generate;

import io.stillstream.scorer.onnx.run.HiddenStates;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A prompt and the response that is being generated for it. */
public final class GeneratedSequence {

    private final int[] prompt;
    private final int[] generated;
    private final SplittableRandom random;
    private final IntConsumer appended;
    private @Nullable HiddenStates states;
    private final ResponseBytes bytes = new ResponseBytes();
    private int count;
    private boolean stopped;
    private boolean failed;
    private OptionalInt stopId = OptionalInt.empty();
    private OptionalInt stopStringAt = OptionalInt.empty();

    /** @param limit the most tokens it may have */
    public GeneratedSequence(int[] prompt, int limit, String id, long seed) {
        this(prompt, limit, id, seed, token -> {});
    }

    /**
     * @param limit the most tokens it may have
     * @param appended given each token when it is generated
     */
    public GeneratedSequence(int[] prompt, int limit, String id, long seed, IntConsumer appended) {
        this.prompt = prompt;
        this.appended = appended;
        this.generated = new int[limit];
        this.random = new SplittableRandom(seed(id, seed));
    }

    public int[] prompt() {
        return prompt;
    }

    /** Tokens of prompt and response so far. */
    int length() {
        return prompt.length + count;
    }

    int id(int position) {
        return position < prompt.length ? prompt[position] : generated[position - prompt.length];
    }

    /** The next random number, in [0, 1): the same for the same prompt, whatever it is batched with. */
    double draw() {
        return random.nextDouble();
    }

    void append(int id) {
        generated[count++] = id;
        appended.accept(id);
    }

    /** The text of the response so far, where stop strings are looked for. */
    ResponseBytes bytes() {
        return bytes;
    }

    /**
     * Keeps the hidden state that a token was chosen after, to score it from: for all tokens, with the one that ends the
     * response, or for none.
     */
    void keep(ByteBuffer state) {
        HiddenStates kept = states;
        if (kept == null) {
            kept = new HiddenStates();
            states = kept;
        }
        kept.append(state, 1);
    }

    /** The hidden states that its tokens were chosen after; null where none were kept. */
    @Nullable
    public HiddenStates states() {
        return states;
    }

    /** The model ended the response itself, with this token, which is none of it. */
    void stop(int id) {
        stopped = true;
        stopId = OptionalInt.of(id);
    }

    /** The response ends before a stop string, which begins at this byte of its text. */
    void stopBefore(int textByte) {
        stopped = true;
        stopStringAt = OptionalInt.of(textByte);
    }

    /** The model gave no finite logits for the next token. */
    void fail() {
        failed = true;
        stopped = true;
    }

    /** Whether it ends where the model's logits were NaN or infinite. */
    public boolean failed() {
        return failed;
    }

    /** The token with which the model ended the response; empty where it did not. */
    public OptionalInt stopId() {
        return stopId;
    }

    public OptionalInt stopStringAt() {
        return stopStringAt;
    }

    public boolean stopped() {
        return stopped;
    }

    boolean finished() {
        return stopped || count == generated.length;
    }

    /** Prompt and response so far. */
    int[] text() {
        int[] text = Arrays.copyOf(prompt, length());
        System.arraycopy(generated, 0, text, prompt.length, count);
        return text;
    }

    public int[] response() {
        return Arrays.copyOf(generated, count);
    }

    private static long seed(String id, long seed) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seed));
            return ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
