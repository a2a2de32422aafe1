package io.stillstream.scorer.topology.prompt;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects prompts until they fill a batch or the first of them has waited long enough. It decides when to flush and holds
 * nothing but the prompts: the clock, the store and the teacher are its caller's.
 */
public final class PromptBuffer {

    private final int maxTokens;
    private final int maxRecords;
    private final Duration linger;
    private final List<BufferedPrompt> prompts = new ArrayList<>();
    private int tokens;
    private long firstAtMillis;

    /**
     * @param maxTokens the most positions of a flush; a single longer prompt is flushed alone
     * @param maxRecords the most prompts of a flush
     * @param linger how long the first prompt waits for others
     */
    public PromptBuffer(int maxTokens, int maxRecords, Duration linger) {
        this.maxTokens = maxTokens;
        this.maxRecords = maxRecords;
        this.linger = linger;
    }

    /** Whether the buffer has to be flushed before a prompt is added. */
    public boolean overflowsWith(BufferedPrompt prompt) {
        return !prompts.isEmpty() && tokens + prompt.tokens() > maxTokens;
    }

    public void add(BufferedPrompt prompt, long nowMillis) {
        if (prompts.isEmpty()) {
            firstAtMillis = nowMillis;
        }
        prompts.add(prompt);
        tokens += prompt.tokens();
    }

    /** Whether the buffer has to be flushed because no other prompt may join. */
    public boolean isFull() {
        return prompts.size() >= maxRecords || tokens >= maxTokens;
    }

    /** Whether the buffer has to be flushed because its first prompt has waited for the linger. */
    public boolean isDue(long nowMillis) {
        return !prompts.isEmpty() && nowMillis - firstAtMillis >= linger.toMillis();
    }

    /** Whether it holds a prompt at or behind a source offset: one of a topic that had the name before. */
    public boolean reaches(long offset) {
        return !prompts.isEmpty() && prompts.get(prompts.size() - 1).offset() >= offset;
    }

    /** How many prompts it holds. */
    public int size() {
        return prompts.size();
    }

    /** Its prompts in the order in which they were added, as they are now. */
    public List<BufferedPrompt> prompts() {
        return List.copyOf(prompts);
    }

    public void clear() {
        prompts.clear();
        tokens = 0;
    }
}
