package io.stillstream.serving.answer;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.response.Usage;

/** Takes the answers of one request. Called on the engine's thread: it does not block. */
public interface AnswerSink {

    /** @param choice counted from 0, those of the first prompt first */
    void piece(int choice, Piece piece);

    /** @param rest what is left of the answer, which may be nothing */
    void finished(int choice, Piece rest, FinishReason reason);

    /** All answers are finished; nothing more comes. */
    void completed(Usage usage);

    /** The student failed; nothing more comes. */
    void failed(ApiError error);
}
