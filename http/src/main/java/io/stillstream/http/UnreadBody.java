package io.stillstream.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/**
 * The body of a request that is answered without it. Its connection takes the next request only once the body is off it: a small one
 * is read and thrown away before the answer; after an answer to a larger one the connection ends, and the answer says so. Said nowhere,
 * the caller would send its next request into a connection that is being closed.
 */
public final class UnreadBody {

    /** What is read for the sake of the connection, in bytes: a new connection costs less than more. */
    static final int MOST_BYTES = 64 << 10;

    private final Request request;
    private final Response answer;
    private final Runnable then;
    private long discarded;

    private UnreadBody(Request request, Response answer, Runnable then) {
        this.request = request;
        this.answer = answer;
        this.then = then;
    }

    /**
     * Throws the body away, as far as it is worth it. Waits for nothing; a body that stops coming ends by the connection's idle timeout.
     *
     * @param then answers; called once, here or when the body is there
     */
    public static void discard(Request request, Response answer, Runnable then) {
        var body = new UnreadBody(request, answer, then);
        if (request.getLength() > MOST_BYTES || waitsToBeAsked(request)) {
            body.answerAndClose();
        } else {
            body.read();
        }
    }

    /** Says with the answer that the connection ends after it. */
    public static void closeAfter(Response answer) {
        answer.getHeaders().put(HttpFields.CONNECTION_CLOSE);
    }

    /** Whether the caller sends its body only when it is told to. */
    private static boolean waitsToBeAsked(Request request) {
        return request.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
    }

    private void read() {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this::read);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                answerAndClose();
                return;
            }
            discarded += chunk.remaining();
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                then.run();
                return;
            }
            if (discarded > MOST_BYTES) {
                answerAndClose();
                return;
            }
        }
    }

    private void answerAndClose() {
        closeAfter(answer);
        then.run();
    }
}
