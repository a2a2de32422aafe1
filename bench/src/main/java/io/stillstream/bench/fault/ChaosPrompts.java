package io.stillstream.bench.fault;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Prompts by number, each with a short response. One in a hundred has an empty one: it becomes a dead letter. They
 * belong to conversations, whose order is to be kept.
 */
public final class ChaosPrompts {

    private static final int CONVERSATIONS = 97;
    private static final int DEAD_EVERY = 100;
    private static final String ID_PREFIX = "prompt-";
    private static final List<String> WHO = List.of("Tom", "Lily", "The fox", "A bird", "Mom", "The old bear");
    private static final List<String> WHAT =
            List.of("found a red ball", "went to the park", "was sad", "saw a big dog", "ate a sweet cake");
    private static final List<String> THEN = List.of(
            "They played.",
            "Then he was happy.",
            "She said thank you to him.",
            "The end.",
            "They went home and slept.");

    private final long seed;

    public ChaosPrompts(long seed) {
        this.seed = seed;
    }

    public Prompt get(int number) {
        Random random = new Random(seed * 1_000_003 + number);
        return new Prompt(
                ID_PREFIX + number,
                conversation(number),
                new PlainText(pick(WHO, random) + " " + pick(WHAT, random) + "."),
                Response.of(isDead(number) ? "" : pick(THEN, random), Author.PRODUCTION),
                null,
                Prompt.DEFAULT_TENANT,
                Instant.now(),
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
    }

    public static String conversation(int number) {
        return "conversation-" + number % CONVERSATIONS;
    }

    /** Whether it can only become a dead letter. */
    public static boolean isDead(int number) {
        return number % DEAD_EVERY == DEAD_EVERY - 1;
    }

    public static int number(String id) {
        return Integer.parseInt(id.substring(ID_PREFIX.length()));
    }

    private static String pick(List<String> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }
}
