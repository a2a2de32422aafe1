package io.stillstream.serving.http;

import io.stillstream.serving.answer.AnswerSink;
import io.stillstream.serving.answer.Answers;
import io.stillstream.serving.api.ApiException;

/** Writes the answers of one request to its caller, and ends them where the caller has gone. */
interface AnswerWriter extends AnswerSink {

    /**
     * Asks for the answers.
     *
     * @throws ApiException when they are not taken; then nothing was written
     */
    void begin(Answers answers);
}
