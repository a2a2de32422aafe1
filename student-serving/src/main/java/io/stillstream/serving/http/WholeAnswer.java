package io.stillstream.serving.http;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.http.CallerWatch;
import io.stillstream.serving.answer.AnswerFormat;
import io.stillstream.serving.answer.AnsweredToken;
import io.stillstream.serving.answer.Answers;
import io.stillstream.serving.answer.Piece;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.response.ResponseJson;
import io.stillstream.serving.api.response.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Keeps the answers until all are whole, and writes them at once. Meanwhile it watches whether the caller is still there. */
final class WholeAnswer implements AnswerWriter {

    /** What may stand before an object of JSON. */
    private static final byte[] BLANK = {' '};

    private final AnswerFormat format;
    private final List<Growing> choices = new ArrayList<>();
    private final Response answer;
    private final AnswerBody body;
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
        watch = new CallerWatch(call, this::probe, this::gone);
        body = new AnswerBody(
                call, answer, JsonAnswers.JSON, BLANK, watch::stop, Callback.from(this::written, this::gone));
        // A caller that waits for an answer is silent.
        call.addIdleTimeoutListener(timeout -> body.isComplete());
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
            return;
        }
        // Not before all choices are taken: until then the answer may be an error.
        body.begin();
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
        List<AnswerFormat.Answer> whole = choices.stream().map(Growing::whole).toList();
        body.end(ResponseJson.bytes(format.whole(whole, usage)));
    }

    /** Where the status is sent already, for a caller that sends nothing more, the connection's end says that it failed. */
    @Override
    public void failed(ApiError error) {
        if (end()) {
            if (body.abandon()) {
                JsonAnswers.send(answer, error, callback);
            } else {
                callback.failed(new IOException(error.message()));
            }
        }
    }

    private void probe() {
        body.probe();
    }

    private void written() {
        if (end()) {
            callback.succeeded();
        }
    }

    private void gone(Throwable cause) {
        if (end()) {
            body.abandon();
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
