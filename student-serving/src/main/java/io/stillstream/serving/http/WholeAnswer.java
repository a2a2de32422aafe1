package io.stillstream.serving.http;

import io.stillstream.contract.FinishReason;
import io.stillstream.http.CallerWatch;
import io.stillstream.serving.answer.AnswerFormat;
import io.stillstream.serving.answer.AnsweredToken;
import io.stillstream.serving.answer.Answers;
import io.stillstream.serving.answer.Piece;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.response.ResponseJson;
import io.stillstream.serving.api.response.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Keeps the answers until all are whole, and writes them at once. Meanwhile it watches whether the caller is still there. */
final class WholeAnswer implements AnswerWriter {

    private final AnswerFormat format;
    private final List<Growing> choices = new ArrayList<>();
    private final Response answer;
    private final Callback callback;
    private final CallerWatch watch;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Answers answers;

    private static final class Growing {
        private final StringBuilder text = new StringBuilder();
        private final List<AnsweredToken> tokens = new ArrayList<>();
        private @Nullable FinishReason reason;

        void add(Piece piece) {
            text.append(piece.text());
            tokens.addAll(piece.tokens());
        }

        AnswerFormat.Answer whole() {
            return new AnswerFormat.Answer(
                    new Piece(text.toString(), tokens), reason == null ? FinishReason.LENGTH : reason);
        }
    }

    WholeAnswer(AnswerFormat format, int choices, Request call, Response answer, Callback callback) {
        this.format = format;
        this.answer = answer;
        this.callback = callback;
        for (int i = 0; i < choices; i++) {
            this.choices.add(new Growing());
        }
        watch = new CallerWatch(call, this::gone);
        // A caller that waits for an answer is silent.
        call.addIdleTimeoutListener(timeout -> ended.get());
        call.addFailureListener(this::gone);
    }

    @Override
    public void begin(Answers wanted) {
        answers = wanted;
        watch.start();
        try {
            wanted.begin();
        } catch (ApiException e) {
            if (end()) {
                throw e;
            }
        }
    }

    @Override
    public void piece(int choice, Piece piece) {
        choices.get(choice).add(piece);
    }

    @Override
    public void finished(int choice, Piece rest, FinishReason reason) {
        choices.get(choice).add(rest);
        choices.get(choice).reason = reason;
    }

    @Override
    public void completed(Usage usage) {
        if (end()) {
            List<AnswerFormat.Answer> whole =
                    choices.stream().map(Growing::whole).toList();
            JsonAnswers.send(answer, HttpStatus.OK_200, ResponseJson.bytes(format.whole(whole, usage)), callback);
        }
    }

    @Override
    public void failed(ApiError error) {
        if (end()) {
            JsonAnswers.send(answer, error, callback);
        }
    }

    private void gone(Throwable cause) {
        if (end()) {
            Answers begun = answers;
            if (begun != null) {
                begun.cancel();
            }
            callback.failed(cause);
        }
    }

    /** Whether it is this caller's to end it. */
    private boolean end() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            watch.stop();
        }
        return first;
    }
}
