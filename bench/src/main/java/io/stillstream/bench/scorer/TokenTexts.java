package io.stillstream.bench.scorer;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.pipeline.PipelineException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes prompts and responses of an exact number of tokens, from words in a tokenizer's vocabulary. */
public final class TokenTexts {

    private static final Pattern WORD = Pattern.compile(" [a-z]{2,}");
    private static final int ENOUGH_WORDS = 400;
    private static final int TRIES = 100;

    private final TextTokenizer tokenizer;
    private final Random random;
    private final String start;
    private final int startTokens;
    private final List<String> words;
    private int made;

    /**
     * @param seed decides every text
     * @throws PipelineException when the vocabulary has no words
     */
    public TokenTexts(TextTokenizer tokenizer, long seed) {
        this.tokenizer = tokenizer;
        this.random = new Random(seed);
        this.start = "A";
        this.startTokens = tokenizer.encodePrompt(start).length;
        this.words = words();
        if (words.isEmpty()) {
            throw new PipelineException("the tokenizer has no token that is a space and a word, of which texts could be"
                    + " made; measure with another teacher");
        }
    }

    /** Words that are one token wherever they stand. */
    private List<String> words() {
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            ids.add(id);
        }
        Collections.shuffle(ids, random);
        List<String> found = new ArrayList<>();
        for (int id : ids) {
            String word = new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
            if (WORD.matcher(word).matches()
                    && tokenizer.encodePrompt(start + word + word).length == startTokens + 2
                    && found.size() < ENOUGH_WORDS) {
                found.add(word);
            }
        }
        return found;
    }

    /** Prompts without a response. */
    public Prompt unanswered(int promptTokens) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            String text = start + words(promptTokens - startTokens);
            if (tokenizer.encodePrompt(text).length == promptTokens) {
                return prompt(text, null);
            }
        }
        throw none(promptTokens, 0);
    }

    /**
     * @param promptTokens those of the start included
     */
    public Prompt answered(int promptTokens, int responseTokens) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            String text = start + words(promptTokens - startTokens);
            String response = words(responseTokens);
            TokenizedResponse tokens = tokenizer.encode(text, response);
            if (tokens.promptIds().length == promptTokens && tokens.responseIds().length == responseTokens) {
                return prompt(text, response);
            }
        }
        throw none(promptTokens, responseTokens);
    }

    /** As many texts as a batch has, half prompt and half response. */
    public List<Prompt> of(BatchShape shape, int batches) {
        List<Prompt> prompts = new ArrayList<>();
        int promptTokens = Math.max(startTokens, shape.tokens() / 2);
        for (int i = 0; i < shape.rows() * batches; i++) {
            prompts.add(answered(promptTokens, shape.tokens() - promptTokens));
        }
        return prompts;
    }

    private String words(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(words.get(random.nextInt(words.size())));
        }
        return text.toString();
    }

    private Prompt prompt(String text, @Nullable String response) {
        return Prompt.of("bench-" + made++, new PlainText(text), Instant.EPOCH)
                .withResponse(response == null ? null : Response.of(response, Author.PRODUCTION));
    }

    private static PipelineException none(int promptTokens, int responseTokens) {
        return new PipelineException("no text of " + promptTokens + " + " + responseTokens + " tokens was found in "
                + TRIES + " tries; measure with another teacher");
    }
}
