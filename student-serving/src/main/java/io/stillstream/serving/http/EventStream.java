package io.stillstream.serving.http;

import io.stillstream.contract.FinishReason;
import io.stillstream.http.CallerWatch;
import io.stillstream.serving.answer.AnswerFormat;
import io.stillstream.serving.answer.Answers;
import io.stillstream.serving.answer.Piece;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.response.ResponseJson;
import io.stillstream.serving.api.response.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answers while they come, as server-sent events. What the caller has not read yet waits in a buffer of a bounded size:
 * whoever reads too slowly loses the request, and keeps nobody else waiting.
 */
final class EventStream implements AnswerWriter {

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
    private final Pump pump = new Pump();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable Answers answers;

    // of the engine's thread
    private final Set<Integer> opened = new HashSet<>();

    // guarded by this
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private boolean begun;
    private boolean complete;

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
        watch = new CallerWatch(call, this::gone);
        // A caller that waits for an answer is silent; one that does not take the end of it is not waited for.
        call.addIdleTimeoutListener(timeout -> isComplete());
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
                throw e;
            }
            return;
        }
        // Not before all choices are taken: until then the answer may be an error.
        synchronized (this) {
            begun = true;
        }
        pump.iterate();
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
        end(DONE);
    }

    /** After the first piece the status is sent: the error is an event then, as OpenAI's. */
    @Override
    public void failed(ApiError error) {
        end(error.json());
    }

    private void end(byte[] last) {
        send(last);
        synchronized (this) {
            complete = true;
        }
        pump.iterate();
    }

    private void send(byte[] data) {
        boolean tooSlow;
        synchronized (this) {
            waiting.writeBytes(DATA);
            waiting.writeBytes(data);
            waiting.writeBytes(END);
            tooSlow = waiting.size() > bufferBytes;
        }
        if (tooSlow) {
            var reason =
                    new IOException("the caller reads too slowly: more than " + bufferBytes + " bytes wait for it");
            gone(reason);
            call.getConnectionMetaData().getConnection().getEndPoint().close(reason);
        } else {
            pump.iterate();
        }
    }

    private synchronized boolean isComplete() {
        return complete;
    }

    private void gone(Throwable cause) {
        if (ended.compareAndSet(false, true)) {
            watch.stop();
            Answers wanted = answers;
            if (wanted != null) {
                wanted.cancel();
            }
            callback.failed(cause);
        }
    }

    /** Writes what waits, one write at a time. */
    private final class Pump extends IteratingCallback {

        private boolean first = true;
        private boolean last;

        @Override
        protected Action process() {
            if (last) {
                return Action.SUCCEEDED;
            }
            byte[] next;
            synchronized (EventStream.this) {
                if (!begun || (waiting.size() == 0 && !complete)) {
                    return Action.IDLE;
                }
                next = waiting.toByteArray();
                waiting = new ByteArrayOutputStream();
                last = complete;
            }
            if (first) {
                first = false;
                answer.setStatus(HttpStatus.OK_200);
                answer.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream; charset=utf-8");
                answer.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
            }
            if (last) {
                watch.stop();
            }
            answer.write(last, ByteBuffer.wrap(next), this);
            return Action.SCHEDULED;
        }

        @Override
        protected void onCompleteSuccess() {
            if (ended.compareAndSet(false, true)) {
                callback.succeeded();
            }
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            gone(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
