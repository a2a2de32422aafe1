package io.stillstream.serving.engine;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.student.StudentException;

/**
 * Told what becomes of a request: tokens, and then once that it is finished or has failed. Nothing more after it was cancelled, but
 * for what the step that is running gives.
 *
 * <p>Called on the engine's thread, which all requests wait for: an implementation hands on what it is told and does not block. What
 * it throws fails its request alone, and is not told to it again.
 */
public interface DecodeListener {

    void token(TokenChoice choice);

    /** @param reason {@code STOP} where a stop token ended the text, {@code LENGTH} where it has as many tokens as it may */
    void finished(FinishReason reason);

    /**
     * @param e a {@link QueuedTooLongException} where no slot was free in time, or a
     *     {@link io.stillstream.student.inference.NotFiniteException} where logits were not finite; otherwise a step failed, or the
     *     engine was closed
     */
    void failed(StudentException e);
}
