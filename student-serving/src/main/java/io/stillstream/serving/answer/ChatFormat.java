package io.stillstream.serving.answer;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.serving.api.response.ChatChunk;
import io.stillstream.serving.api.response.ChatCompletion;
import io.stillstream.serving.api.response.ChatLogprobs;
import io.stillstream.serving.api.response.Usage;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.serving.weights.ServedSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Answers of {@code /v1/chat/completions}. */
public final class ChatFormat implements AnswerFormat {

    private final String id;
    private final long created;
    private final String snapshot;
    private final boolean logprobs;
    private final TokenTexts texts;

    /**
     * @param id of the answer
     * @param created in seconds since 1970
     */
    public ChatFormat(String id, long created, ServedSnapshot snapshot, boolean logprobs) {
        this.id = id;
        this.created = created;
        this.snapshot = snapshot.id();
        this.logprobs = logprobs;
        this.texts = new TokenTexts(snapshot);
    }

    @Override
    public Record whole(List<Answer> answers, Usage usage) {
        List<ChatCompletion.Choice> choices = IntStream.range(0, answers.size())
                .mapToObj(index -> {
                    Answer answer = answers.get(index);
                    return new ChatCompletion.Choice(
                            index,
                            ChatCompletion.Message.of(answer.piece().text()),
                            logprobs(answer.piece()),
                            answer.reason().label());
                })
                .toList();
        return ChatCompletion.of(id, created, snapshot, choices, usage);
    }

    @Override
    public Optional<Record> opening(int choice) {
        return Optional.of(chunk(new ChatChunk.Choice(choice, new ChatChunk.Delta("assistant", ""), null, null)));
    }

    @Override
    public Record piece(int choice, Piece piece, @Nullable FinishReason reason) {
        String text = piece.text().isEmpty() ? null : piece.text();
        return chunk(new ChatChunk.Choice(
                choice, new ChatChunk.Delta(null, text), logprobs(piece), reason == null ? null : reason.label()));
    }

    @Override
    public Record usage(Usage usage) {
        return ChatChunk.of(id, created, snapshot, List.of(), usage);
    }

    private ChatChunk chunk(ChatChunk.Choice choice) {
        return ChatChunk.of(id, created, snapshot, List.of(choice), null);
    }

    private @Nullable ChatLogprobs logprobs(Piece piece) {
        return logprobs
                ? new ChatLogprobs(
                        piece.tokens().stream()
                                .map(token -> token(token.choice()))
                                .toList(),
                        null)
                : null;
    }

    private ChatLogprobs.Token token(TokenChoice choice) {
        int[] top = choice.topIds();
        return new ChatLogprobs.Token(
                texts.text(choice.id()),
                TokenTexts.logprob(choice),
                texts.bytes(choice.id()),
                IntStream.range(0, top.length)
                        .mapToObj(rank -> new ChatLogprobs.Top(
                                texts.text(top[rank]), TokenTexts.topLogprob(choice, rank), texts.bytes(top[rank])))
                        .toList());
    }
}
