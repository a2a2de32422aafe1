package io.stillstream.pipeline.production.probe;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.ChatTemplateFiles;
import io.stillstream.huggingface.template.Rendering;
import io.stillstream.huggingface.template.TemplateTokens;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.rollout.delivery.DeliveryException;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.PromptTokenizer;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.GoldenPrompts.Golden;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server of a snapshot is asked, and what it is to answer: the golden prompts as they were recorded when it was published, and
 * a chat that has to be worded as the snapshot's template words it.
 *
 * @param golden recorded prompts
 * @param chat the tokens that a server has to make of {@link #TURNS}; empty where the snapshot has no template that words them
 */
record SnapshotQuestions(List<Question> golden, List<Integer> chat) {

    /** A user's, the assistant's, a user's: each kind of border between turns is in it. */
    static final List<String> TURNS = List.of("What is two and two?", "Four.", "And three and three?");

    /** The most tokens of an answer to the chat. */
    static final int CHAT_TOKENS = 16;

    /**
     * @param prompt token ids
     * @param texts what the answer is after its first token, its first two, and so on
     * @param logProbabilities of the answer's tokens
     */
    record Question(List<Integer> prompt, List<String> texts, List<Double> logProbabilities) {}

    /** @throws DeliveryException when the snapshot cannot be read */
    static SnapshotQuestions of(Path directory, Instant now) {
        try {
            DecoderConfig decoder = DecoderConfig.read(directory, AdapterConfig.model(directory));
            try (TextTokenizer tokenizer = TextTokenizer.ofDecoder(directory, decoder)) {
                List<Question> golden = new ArrayList<>();
                for (Golden one : SnapshotDirectory.read(directory)
                        .goldenPrompts()
                        .map(GoldenPrompts::prompts)
                        .orElse(List.of())) {
                    golden.add(new Question(one.prompt(), texts(tokenizer, one.answer()), one.logProbabilities()));
                }
                return new SnapshotQuestions(golden, chat(directory, tokenizer, decoder, now));
            }
        } catch (StudentException | HuggingFaceException e) {
            throw new DeliveryException("the snapshot in " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> texts(TextTokenizer tokenizer, List<Integer> answer) {
        int[] ids = answer.stream().mapToInt(Integer::intValue).toArray();
        List<String> texts = new ArrayList<>();
        for (int length = 1; length <= ids.length; length++) {
            texts.add(tokenizer.text(Arrays.copyOf(ids, length)));
        }
        return texts;
    }

    private static List<Integer> chat(Path directory, TextTokenizer tokenizer, DecoderConfig decoder, Instant now) {
        ChatTemplate template = ChatTemplateFiles.find(directory, null);
        if (template == null) {
            return List.of();
        }
        Rendering rendering =
                template.withSpecialTokens(TemplateTokens.read(directory)).render(asChat(), now);
        return rendering instanceof Rendering.Rendered rendered
                ? Arrays.stream(new PromptTokenizer(tokenizer, decoder)
                                .tokenize(new WordedPrompt(rendered.text(), true)))
                        .boxed()
                        .toList()
                : List.of();
    }

    private static Chat asChat() {
        return Chat.of(
                Message.of("user", TURNS.get(0)),
                Message.of("assistant", TURNS.get(1)),
                Message.of("user", TURNS.get(2)));
    }

    /**
     * What is wrong with an answer to a golden prompt; null where nothing is. Where two tokens are as likely as each other but for the
     * tolerance, either may come: the answer is compared up to there.
     */
    static @Nullable String problem(int number, Question asked, ServerAnswer answer, double tolerance) {
        List<Double> found = answer.logProbabilities();
        if (found == null) {
            return null;
        }
        for (int t = 0; t < asked.texts().size(); t++) {
            if (t >= found.size()) {
                return "golden prompt " + number + " is answered with " + found.size() + " tokens; expected "
                        + asked.texts().size();
            }
            double recorded = asked.logProbabilities().get(t);
            // Not written as >, which NaN would pass.
            if (!(Math.abs(found.get(t) - recorded) <= tolerance)) {
                return "golden prompt " + number + ": the log-probability of token " + t + " is " + found.get(t)
                        + "; expected " + recorded + " within " + tolerance;
            }
            if (!answer.text().startsWith(asked.texts().get(t))) {
                return null;
            }
        }
        return asked.texts().isEmpty() && !answer.text().isEmpty() && !found.isEmpty() && found.get(0) > -tolerance
                ? "golden prompt " + number + " is answered with a text; expected its end"
                : null;
    }

    /** Whether the text alone is the recorded one. */
    static boolean isRecorded(Question asked, ServerAnswer answer) {
        return asked.texts().isEmpty()
                ? answer.text().isEmpty()
                : answer.text().startsWith(asked.texts().get(asked.texts().size() - 1));
    }

    /** What is wrong with the answer to a chat, compared with that to the tokens which the chat has to be; null where nothing is. */
    static @Nullable String problem(ServerAnswer toTokens, ServerAnswer toChat, double tolerance) {
        if (toTokens.promptTokens() >= 0
                && toChat.promptTokens() >= 0
                && toTokens.promptTokens() != toChat.promptTokens()) {
            return "the server makes " + toChat.promptTokens() + " tokens of a chat; expected "
                    + toTokens.promptTokens() + ", as the snapshot's template words it";
        }
        String worded = "a chat is answered with '" + toChat.text() + "', and with '" + toTokens.text()
                + "' where it is worded by the snapshot's template";
        List<Double> expected = toTokens.logProbabilities();
        List<Double> found = toChat.logProbabilities();
        if (expected == null || found == null) {
            return toChat.text().equals(toTokens.text()) ? null : worded;
        }
        for (int t = 0; t < Math.min(expected.size(), found.size()); t++) {
            if (!(Math.abs(found.get(t) - expected.get(t)) <= tolerance)) {
                return worded;
            }
        }
        return null;
    }
}
