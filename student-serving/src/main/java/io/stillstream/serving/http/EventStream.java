package io.stillstream.serving.http;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.http.CallerWatch;
import io.stillstream.serving.answer.AnswerFormat;
import io.stillstream.serving.answer.Answers;
import io.stillstream.serving.answer.Piece;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.response.ResponseJson;
import io.stillstream.serving.api.response.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answers while they come, as server-sent events. What the caller has not read yet waits in a buffer of a bounded size:
 * whoever reads too slowly loses the request, and keeps nobody else waiting.
 */
final class EventStream implements AnswerWriter {

    private static final String EVENTS = "text/event-stream; charset=utf-8";

    /** What readers of events pass over. */
    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private final AnswerFormat format;
    private final boolean includeUsage;
    private final int bufferBytes;
    private final Request call;
    private final Response answer;
    private final Callback callback;
    private final CallerWatch watch;
    private final AnswerBody body;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Answers answers;
    private volatile @Nullable Throwable failure;

    // of the engine's thread
    private final Set<Integer> opened = new HashSet<>();

    EventStream(
            AnswerFormat format,
            boolean includeUsage,
            int bufferBytes,
            Request call,
            Response answer,
            Callback callback) {
        this.format = format;
        this.includeUsage = includeUsage;
        this.bufferBytes = bufferBytes;
        this.call = call;
        this.answer = answer;
        this.callback = callback;
        watch = new CallerWatch(call, this::probe, this::gone);
        body = new AnswerBody(call, answer, EVENTS, COMMENT, watch::stop, Callback.from(this::written, this::gone));
        // A caller that waits for an answer is silent; one that does not take the end of it is not waited for.
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
            if (ended.compareAndSet(false, true)) {
                watch.stop();
                body.abandon();
                throw e;
            }
            return;
        }
        // Not before all choices are taken: until then the answer may be an error.
        body.begin();
    }

    @Override
    public void piece(int choice, Piece piece) {
        open(choice);
        send(ResponseJson.bytes(format.piece(choice, piece, null)));
    }

    @Override
    public void finished(int choice, Piece rest, FinishReason reason) {
        open(choice);
        send(ResponseJson.bytes(format.piece(choice, rest, reason)));
    }

    private void open(int choice) {
        if (opened.add(choice)) {
            format.opening(choice).ifPresent(opening -> send(ResponseJson.bytes(opening)));
        }
    }

    @Override
    public void completed(Usage usage) {
        if (includeUsage) {
            send(ResponseJson.bytes(format.usage(usage)));
        }
        send(DONE);
        body.end();
    }

    /**
     * After the first piece the status is sent: the error is an event then, as OpenAI's. The connection ends with it, before the
     * answer does, so that whoever passes the answer on sees that it is not whole.
     */
    @Override
    public void failed(ApiError error) {
        if (body.abandonUnsent()) {
            if (ended.compareAndSet(false, true)) {
                watch.stop();
                JsonAnswers.send(answer, error, callback);
            }
            return;
        }
        failure = new IOException(error.message());
        send(error.json());
        body.breakOff();
    }

    private void send(byte[] data) {
        if (body.add(DATA, data, END) > bufferBytes) {
            var reason =
                    new IOException("the caller reads too slowly: more than " + bufferBytes + " bytes wait for it");
            gone(reason);
            call.getConnectionMetaData().getConnection().getEndPoint().close(reason);
        }
    }

    private void written() {
        if (ended.compareAndSet(false, true)) {
            Throwable reason = failure;
            if (reason == null) {
                callback.succeeded();
            } else {
                callback.failed(reason);
            }
        }
    }

    private void probe() {
        body.probe();
    }

    private void gone(Throwable cause) {
        if (ended.compareAndSet(false, true)) {
            watch.stop();
            body.abandon();
            Answers wanted = answers;
            if (wanted != null) {
                wanted.cancel();
            }
            callback.failed(cause);
        }
    }
}
