package io.stillstream.serving.answer;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.serving.api.response.TextCompletion;
import io.stillstream.serving.api.response.Usage;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.serving.weights.ServedSnapshot;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/completions}. */
public final class CompletionFormat implements AnswerFormat {

    private final String id;
    private final long created;
    private final String snapshot;
    private final boolean logprobs;
    private final TokenTexts texts;

    /**
     * @param id of the answer
     * @param created in seconds since 1970
     */
    public CompletionFormat(String id, long created, ServedSnapshot snapshot, boolean logprobs) {
        this.id = id;
        this.created = created;
        this.snapshot = snapshot.id();
        this.logprobs = logprobs;
        this.texts = new TokenTexts(snapshot);
    }

    @Override
    public Record whole(List<Answer> answers, Usage usage) {
        List<TextCompletion.Choice> choices = IntStream.range(0, answers.size())
                .mapToObj(index -> choice(
                        index, answers.get(index).piece(), answers.get(index).reason()))
                .toList();
        return TextCompletion.of(id, created, snapshot, choices, usage);
    }

    @Override
    public Optional<Record> opening(int choice) {
        return Optional.empty();
    }

    @Override
    public Record piece(int choice, Piece piece, @Nullable FinishReason reason) {
        return TextCompletion.of(id, created, snapshot, List.of(choice(choice, piece, reason)), null);
    }

    @Override
    public Record usage(Usage usage) {
        return TextCompletion.of(id, created, snapshot, List.of(), usage);
    }

    private TextCompletion.Choice choice(int index, Piece piece, @Nullable FinishReason reason) {
        return new TextCompletion.Choice(
                index,
                piece.text(),
                logprobs ? logprobs(piece.tokens()) : null,
                reason == null ? null : reason.label());
    }

    private TextCompletion.Logprobs logprobs(List<AnsweredToken> tokens) {
        return new TextCompletion.Logprobs(
                tokens.stream().map(AnsweredToken::textOffset).toList(),
                tokens.stream().map(token -> TokenTexts.logprob(token.choice())).toList(),
                tokens.stream().map(token -> texts.text(token.choice().id())).toList(),
                tokens.stream().map(token -> top(token.choice())).toList());
    }

    /** Of tokens with the same text, the most likely. */
    private Map<String, Double> top(TokenChoice choice) {
        Map<String, Double> top = new LinkedHashMap<>();
        for (int rank = 0; rank < choice.topIds().length; rank++) {
            top.putIfAbsent(texts.text(choice.topIds()[rank]), TokenTexts.topLogprob(choice, rank));
        }
        return top;
    }
}
