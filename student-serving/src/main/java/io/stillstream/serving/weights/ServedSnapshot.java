package io.stillstream.serving.weights;

import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.tokenizer.TextStream;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.serving.engine.DecodeEngine;
import io.stillstream.student.inference.PromptTokenizer;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.student.model.Student;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot in memory that answers requests. Each request holds it from its beginning to its end; one that was retired is freed when
 * the last of them lets go. Safe for use by several threads.
 */
public final class ServedSnapshot {

    private final String id;
    private final String contentHash;
    private final Instant createdAt;
    private final Instant newestRecordAt;
    private final Student student;
    private final TextTokenizer tokenizer;
    private final PromptTokenizer prompts;
    private final @Nullable ChatTemplate template;
    private final DecodeEngine engine;
    private final int contextTokens;
    private final long contextBytes;
    private int holders;
    private @Nullable Runnable whenUnused;

    ServedSnapshot(
            String id,
            String contentHash,
            Instant createdAt,
            Instant newestRecordAt,
            Student student,
            TextTokenizer tokenizer,
            @Nullable ChatTemplate template,
            DecodeEngine engine,
            int contextTokens) {
        this.id = id;
        this.contentHash = contentHash;
        this.createdAt = createdAt;
        this.newestRecordAt = newestRecordAt;
        this.student = student;
        this.tokenizer = tokenizer;
        this.prompts = new PromptTokenizer(tokenizer, student.config());
        this.template = template;
        this.engine = engine;
        this.contextTokens = contextTokens;
        this.contextBytes = (long) contextTokens * tokenizer.longestToken();
    }

    /** What answers are signed with. */
    public String id() {
        return id;
    }

    /** The sha256 of its weights, in hex, as the rollout names them. */
    public String contentHash() {
        return contentHash;
    }

    /** When it was published. */
    public Instant createdAt() {
        return createdAt;
    }

    /** The timestamp of the newest record that it was trained up to; {@link Instant#EPOCH} where nothing says it. */
    public Instant newestRecordAt() {
        return newestRecordAt;
    }

    /** The chat template that it was trained by; empty where it has none. */
    public Optional<ChatTemplate> template() {
        return Optional.ofNullable(template);
    }

    /** The most tokens of a prompt and its answer together. */
    public int contextTokens() {
        return contextTokens;
    }

    /** The most bytes of a text that so many tokens stand for. */
    public long contextBytes() {
        return contextBytes;
    }

    /** Whether a token is one of the model's. */
    public boolean hasToken(int id) {
        return id >= 0 && id < student.config().vocabularySize();
    }

    public int[] tokenize(WordedPrompt prompt) {
        return prompts.tokenize(prompt);
    }

    /** The tokens that end an answer. */
    public int[] stopIds() {
        return student.config().eosTokenIds().stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The bytes that a token stands for in a text; none of a special one, and of a row that the tokenizer has no token for. */
    public byte[] bytes(int id) {
        return id < tokenizer.vocabularySize() ? tokenizer.bytes(id) : new byte[0];
    }

    /** Text of an answer's tokens. */
    public TextStream textStream(Consumer<String> pieces) {
        return student.config().encodesPrompts()
                ? TextStream.ofWholeText(tokenizer, pieces)
                : new TextStream(tokenizer, pieces);
    }

    public DecodeEngine engine() {
        return engine;
    }

    /** Holds it for one more request; to be let go by {@link #release}. False where it was retired. */
    synchronized boolean tryAcquire() {
        if (whenUnused != null) {
            return false;
        }
        holders++;
        return true;
    }

    /** A request that held it has ended. */
    public void release() {
        Runnable unused = null;
        synchronized (this) {
            holders--;
            if (holders == 0) {
                unused = whenUnused;
            }
        }
        if (unused != null) {
            unused.run();
        }
    }

    /** @param whenUnused run once no request holds it any more, on the thread of whoever lets go last */
    void retire(Runnable whenUnused) {
        synchronized (this) {
            this.whenUnused = whenUnused;
            if (holders > 0) {
                return;
            }
        }
        whenUnused.run();
    }

    /** Gives its memory back. Not on the engine's thread. */
    void free() {
        engine.close();
        student.close();
        tokenizer.close();
    }
}
