package io.stillstream.serving.answer;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.serving.api.response.Usage;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the answers of one request look like. */
public interface AnswerFormat {

    /** All answers at once. */
    Record whole(List<Answer> answers, Usage usage);

    /** What a stream tells of an answer before its first piece. */
    Optional<Record> opening(int choice);

    /** @param reason why the answer ends with this piece; null where it goes on */
    Record piece(int choice, Piece piece, @Nullable FinishReason reason);

    /** The last of a stream. */
    Record usage(Usage usage);

    /** An answer that is whole. */
    record Answer(Piece piece, FinishReason reason) {}
}
