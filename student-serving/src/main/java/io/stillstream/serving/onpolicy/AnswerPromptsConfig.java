package io.stillstream.serving.onpolicy;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.InvalidSettingException;

/**
 * That the student which is served answers prompts of the stream as well, for the trainer to learn from.
 *
 * @param share of the prompts to train on that it answers, 0 to 1: always the same ones, and more of a greater share; 0 for none
 * @param group the consumer group; servers of the same one share the work
 * @param atOnce how many prompts it answers at once; they take slots that no caller waits for
 * @param maxTokens the most tokens of an answer
 * @param temperature that tokens are drawn at; 0 for the most likely one each time
 * @param topP tokens are drawn from the fewest of the most likely ones that together hold this probability
 */
public record AnswerPromptsConfig(
        double share, String group, int atOnce, int maxTokens, double temperature, double topP) {

    public AnswerPromptsConfig {
        Check.between("share", share, 0.0, 1.0);
        Check.notBlank("group", group, "a consumer group such as answer-prompts");
        Check.atLeast("atOnce", atOnce, 1);
        Check.atLeast("maxTokens", maxTokens, 1);
        if (!((float) temperature >= 0) || Float.isInfinite((float) temperature)) {
            throw new InvalidSettingException("temperature", temperature, "0, or a finite number above it");
        }
        Check.that((float) topP > 0 && topP <= 1, "topP", topP, "a number above 0 and at most 1");
    }

    /** Off: answers are drawn as the student's distribution has them, where somebody asks for a share. */
    public static AnswerPromptsConfig defaults() {
        return new AnswerPromptsConfig(0, "answer-prompts", 2, 256, 1, 1);
    }

    /** Whether anything is answered. */
    public boolean enabled() {
        return share > 0;
    }
}
