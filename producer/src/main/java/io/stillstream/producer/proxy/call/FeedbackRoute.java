package io.stillstream.producer.proxy.call;

import io.stillstream.producer.capture.call.FeedbackAnswer;
import io.stillstream.producer.proxy.upstream.ProxyError;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/** What callers say of answers: taken here, and passed on to no upstream. */
public final class FeedbackRoute {

    private static final String PATH = "/v1/feedback";

    /** Many times what a correction needs. */
    private static final int MOST_BYTES = 1 << 20;

    private final ProxyParts parts;
    private final Request call;
    private final Response answer;
    private final Callback callback;

    public FeedbackRoute(ProxyParts parts, Request call, Response answer, Callback callback) {
        this.parts = parts;
        this.call = call;
        this.answer = answer;
        this.callback = callback;
    }

    public static boolean isFor(Request call) {
        return HttpMethod.POST.is(call.getMethod())
                && PATH.equals(call.getHttpURI().getPath());
    }

    /** Reads the body, and answers when the feedback was taken, on a thread that may wait for it. */
    public void take() {
        if (call.getLength() > MOST_BYTES) {
            tooLarge();
            return;
        }
        var body = new CompletableFuture<byte[]>();
        var unused = body.whenCompleteAsync(this::answer, call.getComponents().getExecutor());
        Content.Source.asByteArrayAsync(call, MOST_BYTES, Promise.Invocable.toPromise(body));
    }

    private void answer(byte @Nullable [] json, @Nullable Throwable failure) {
        if (json == null) {
            if (failure instanceof IllegalStateException) {
                tooLarge();
            } else {
                callback.failed(failure == null ? new IllegalStateException("no body and no reason") : failure);
            }
            return;
        }
        FeedbackAnswer taken = parts.feedback()
                .take(json, parts.copied(call.getHeaders()), parts.token().credential(call.getHeaders()));
        answer.setStatus(taken.status());
        answer.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        answer.write(true, ByteBuffer.wrap(taken.json().getBytes(StandardCharsets.UTF_8)), callback);
    }

    private void tooLarge() {
        new ProxyError(413, "feedback_too_large", "The feedback is longer than " + MOST_BYTES + " bytes.")
                .refuse(call, answer, callback);
    }
}
