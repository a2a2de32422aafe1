package io.stillstream.producer.proxy.rollout;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CalledConversation;
import io.stillstream.producer.outcome.AnswerNames;
import io.stillstream.producer.outcome.OutcomeSink;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/** An arm's part in a call, from its being asked on; told once, as an outcome. Thread-safe. */
public final class ArmRecord {

    public static final String TIMEOUT = "timeout";

    private static final String BROKEN_OFF = "broken-off";

    /** An answer with nothing in it. */
    private static final String EMPTY = "empty";

    /** An answer of another kind than a model's, as a web page is. */
    private static final String CONTENT_TYPE = "content-type";

    private static final List<String> TYPES_OF_ANSWERS = List.of("json", "event-stream");

    /** Of an answer's end, so many bytes are looked at: the code of an error stands last in its event. */
    private static final int TAIL_BYTES = 64;

    private static final String NOT_FINITE = "\"code\":\"" + ServedOutcome.NOT_FINITE_CODE + "\"";

    private final OutcomeSink sink;
    private final Destination there;
    private final CalledConversation conversation;
    private final boolean shadow;
    private final Instant at = Instant.now();
    private final long started = System.nanoTime();
    private byte[] head = new byte[0];
    private byte[] tail = new byte[0];
    private long firstByte = ServedOutcome.NO_BYTE;
    private boolean told;

    /** Null where the rollout has no part in the call. */
    public static @Nullable ArmRecord of(OutcomeSink sink, Destination there) {
        CalledConversation conversation = there.conversation();
        return conversation == null ? null : new ArmRecord(sink, there, conversation, false);
    }

    /** @param shadow whether it is a copy of a call that another arm answers */
    ArmRecord(OutcomeSink sink, Destination there, CalledConversation conversation, boolean shadow) {
        this.sink = sink;
        this.there = there;
        this.conversation = conversation;
        this.shadow = shadow;
    }

    /** A piece of its answer; the buffer's position stays as it is. */
    public synchronized void piece(ByteBuffer piece) {
        if (!piece.hasRemaining()) {
            return;
        }
        if (firstByte == ServedOutcome.NO_BYTE) {
            firstByte = millis();
        }
        int kept = Math.min(piece.remaining(), AnswerNames.MOST_BYTES - head.length);
        if (kept > 0) {
            int before = head.length;
            head = Arrays.copyOf(head, before + kept);
            piece.get(piece.position(), head, before, kept);
        }
        keepTail(piece);
    }

    private void keepTail(ByteBuffer piece) {
        int fresh = Math.min(piece.remaining(), TAIL_BYTES);
        int old = Math.min(tail.length, TAIL_BYTES - fresh);
        byte[] kept = Arrays.copyOfRange(tail, tail.length - old, tail.length + fresh);
        piece.get(piece.limit() - fresh, kept, old, fresh);
        tail = kept;
    }

    synchronized boolean hasBegun() {
        return firstByte != ServedOutcome.NO_BYTE;
    }

    /** The call has ended. */
    public void ended(CallEnd how, int status, @Nullable Throwable cause) {
        switch (how) {
            case COMPLETE -> answered(status);
            case CALLER_GONE -> untold();
            case DEADLINE -> failed(TIMEOUT, false);
            case UPSTREAM_FAILED -> failed(cause == null ? BROKEN_OFF : code(cause), false);
        }
    }

    /** It answered to the end; with a status that says that the request was wrong, there is nothing to be told of it. */
    void answered(int status) {
        if (HttpStatus.isSuccess(status)) {
            tell(hasBegun() ? "" : EMPTY, false);
        } else if (HttpStatus.isServerError(status) || status == HttpStatus.TOO_MANY_REQUESTS_429) {
            tell("status-" + status, false);
        } else {
            untold();
        }
    }

    /** It did not answer, or not to the end. */
    public synchronized void failed(String code, boolean elsewhere) {
        // A student's server breaks off an answer after the event that says why.
        boolean notFinite = code.equals(BROKEN_OFF) && new String(tail, StandardCharsets.US_ASCII).contains(NOT_FINITE);
        tell(notFinite ? ServedOutcome.NOT_FINITE : code, elsewhere);
    }

    /** Nothing can be said of it: its caller has gone, or it does not serve such calls. */
    public synchronized void untold() {
        told = true;
    }

    private synchronized void tell(String failure, boolean elsewhere) {
        if (told) {
            return;
        }
        told = true;
        AnswerNames names = AnswerNames.of(head);
        sink.offer(new ServedOutcome(
                at,
                names.responseId(),
                conversation.id(),
                conversation.tenant(),
                there.arm(),
                snapshot(names),
                failure,
                firstByte,
                millis(),
                elsewhere,
                shadow));
    }

    private String snapshot(AnswerNames names) {
        String asked = there.snapshot();
        if (there.arm() == Arm.PRODUCTION || asked == null) {
            return "";
        }
        return names.snapshot().isEmpty() ? asked : names.snapshot();
    }

    private long millis() {
        return Duration.ofNanos(System.nanoTime() - started).toMillis();
    }

    /** Why, as an outcome has it. */
    public static String code(Throwable cause) {
        if (cause instanceof SocketTimeoutException || cause instanceof TimeoutException) {
            return TIMEOUT;
        }
        if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
            return "connect";
        }
        return cause instanceof SSLException ? "tls" : BROKEN_OFF;
    }

    /** The same of an answer that is no success, or holds nothing that a model says. */
    public static String code(Response answer) {
        if (ServedOutcome.NOT_FINITE.equals(answer.getHeaders().get(ServedOutcome.FAILURE_HEADER))) {
            return ServedOutcome.NOT_FINITE;
        }
        if (!HttpStatus.isSuccess(answer.getStatus())) {
            return "status-" + answer.getStatus();
        }
        return hasTypeOfAnswers(answer) ? EMPTY : CONTENT_TYPE;
    }

    /** Whether status and headers may be those of a model's answer: a success with a body of JSON, of events or of no said type. */
    public static boolean mayAnswer(Response answer) {
        return HttpStatus.isSuccess(answer.getStatus())
                && !HttpStatus.hasNoBody(answer.getStatus())
                && hasTypeOfAnswers(answer);
    }

    private static boolean hasTypeOfAnswers(Response answer) {
        String type = answer.getHeaders().get(HttpHeader.CONTENT_TYPE);
        return type == null || TYPES_OF_ANSWERS.stream().anyMatch(type.toLowerCase(Locale.ROOT)::contains);
    }

    /** Whether it says that a student does not serve such a request, which is no failure. */
    public static boolean isDeclined(int status) {
        return HttpStatus.isClientError(status) && status != HttpStatus.TOO_MANY_REQUESTS_429;
    }
}
