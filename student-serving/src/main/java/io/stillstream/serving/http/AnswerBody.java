package io.stillstream.serving.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/** Writes an answer's bytes as they come, one write at a time; what the caller has not taken yet waits. Safe for several threads. */
final class AnswerBody {

    /** How long after the first padding the second follows, which is the first that can fail; later ones wait twice as long. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Request call;
    private final Response answer;
    private final String contentType;
    private final byte[] padding;
    private final Runnable beforeLast;
    private final Callback written;
    private final Pump pump = new Pump();

    // guarded by this
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private boolean begun;
    private boolean sent;
    private boolean complete;
    private boolean broken;
    private boolean abandoned;

    /**
     * @param padding what may stand anywhere between the answer's parts and means nothing
     * @param beforeLast run before the last bytes are written
     * @param written told when all is written, or cannot be
     */
    AnswerBody(
            Request call, Response answer, String contentType, byte[] padding, Runnable beforeLast, Callback written) {
        this.call = call;
        this.answer = answer;
        this.contentType = contentType;
        this.padding = padding.clone();
        this.beforeLast = beforeLast;
        this.written = written;
    }

    /** The answer is no error: from now on it is written. */
    void begin() {
        synchronized (this) {
            begun = true;
        }
        pump.iterate();
    }

    /** @return how many bytes wait */
    int add(byte[]... parts) {
        int size;
        synchronized (this) {
            for (byte[] part : parts) {
                waiting.writeBytes(part);
            }
            size = waiting.size();
        }
        pump.iterate();
        return size;
    }

    /** The last bytes. */
    void end(byte[]... parts) {
        synchronized (this) {
            for (byte[] part : parts) {
                waiting.writeBytes(part);
            }
            begun = true;
            complete = true;
        }
        pump.iterate();
    }

    /** Nothing follows, and what was added is not all of the answer: its end is not written. */
    void breakOff() {
        synchronized (this) {
            broken = true;
            complete = true;
        }
        pump.iterate();
    }

    synchronized boolean isComplete() {
        return complete;
    }

    /** Writes nothing, if nothing was written yet, and says whether that is so: the answer can be another one. */
    synchronized boolean abandonUnsent() {
        if (!sent) {
            abandoned = true;
        }
        return !sent;
    }

    /** Writes nothing more. False where the status is on its way, so that it can be no other. */
    synchronized boolean abandon() {
        abandoned = true;
        return !sent;
    }

    /**
     * The caller sends nothing more. It may have gone, or wait for its answer: TCP shows the two alike, until something is sent that
     * the caller's side refuses. So padding is, again and again.
     */
    void probe() {
        probe(FIRST_PAUSE);
    }

    private void probe(Duration pause) {
        synchronized (this) {
            if (complete || abandoned) {
                return;
            }
            if (begun) {
                waiting.writeBytes(padding);
            }
        }
        pump.iterate();
        Duration next = pause.multipliedBy(2);
        var unused = call.getComponents()
                .getScheduler()
                .schedule(
                        () -> probe(next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE),
                        pause.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private final class Pump extends IteratingCallback {

        private boolean last;

        @Override
        protected Action process() {
            if (last) {
                return Action.SUCCEEDED;
            }
            byte[] next;
            boolean first;
            boolean end;
            synchronized (AnswerBody.this) {
                if (abandoned || !begun || (waiting.size() == 0 && !complete)) {
                    return Action.IDLE;
                }
                next = waiting.toByteArray();
                waiting = new ByteArrayOutputStream();
                last = complete;
                end = complete && !broken;
                first = !sent;
                sent = true;
            }
            if (first) {
                answer.setStatus(HttpStatus.OK_200);
                answer.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
                if (!contentType.equals(JsonAnswers.JSON)) {
                    answer.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
                }
            }
            if (last) {
                beforeLast.run();
            }
            answer.write(end, ByteBuffer.wrap(next), this);
            return Action.SCHEDULED;
        }

        @Override
        protected void onCompleteSuccess() {
            written.succeeded();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            written.failed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
