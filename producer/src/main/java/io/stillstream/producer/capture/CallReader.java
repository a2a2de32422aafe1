package io.stillstream.producer.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.producer.capture.body.UnreadableBodyException;
import io.stillstream.producer.capture.body.WireAnswer;
import io.stillstream.producer.capture.body.WireRequest;
import io.stillstream.producer.capture.call.CallEnd;
import io.stillstream.producer.capture.call.CapturedCall;
import io.stillstream.producer.capture.call.CopiedBody;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.field.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads a call: decodes its bodies, applies what the configuration says of which calls are captured, and parses what is left as
 * the line of a proxy's log. The rules come in the order of their cost. For one thread; what calls have in common is shared.
 */
final class CallReader {

    private static final int SHORTEST_UNIQUE_ID = 16;
    private static final int LONGEST_ID = 128;

    private final CaptureConfig config;
    private final CallIdentity identity;
    private final CallHistory history;
    private final TenantRates rates;
    private final PromptParser parser;

    CallReader(
            CaptureConfig config, CallIdentity identity, CallHistory history, TenantRates rates, PromptParser parser) {
        this.config = config;
        this.identity = identity;
        this.history = history;
        this.rates = rates;
        this.parser = parser;
    }

    ReadCall read(CapturedCall call, String tenant) {
        WireRequest request;
        try {
            request = WireRequest.read(
                    call.request().bytes(), call.request().contentEncoding(), config.maxDecodedBytes());
        } catch (UnreadableBodyException e) {
            return unreadable(e, call.request());
        }
        if (!config.keepNotStored() && request.asksNotToStore()) {
            return new ReadCall.Dropped(CaptureDrop.NOT_STORED);
        }
        String conversation = identity.conversation(call.headers(), tenant, request);
        if (!identity.sampled(conversation)) {
            return new ReadCall.Dropped(CaptureDrop.NOT_SAMPLED);
        }
        if (history.isMarked(tenant, conversation)) {
            return new ReadCall.Dropped(CaptureDrop.BAD_SCORE);
        }
        if (!rates.admits(tenant)) {
            return new ReadCall.Dropped(CaptureDrop.TENANT_RATE);
        }
        WireAnswer answer;
        try {
            answer = WireAnswer.read(
                    call.response().bytes(),
                    call.response().contentType(),
                    call.response().contentEncoding(),
                    config.maxDecodedBytes(),
                    call.end() != CallEnd.COMPLETE);
        } catch (UnreadableBodyException e) {
            return unreadable(e, call.response());
        }
        if (answer.failed()) {
            return new ReadCall.Dropped(CaptureDrop.FAILED_CALL);
        }
        if (!answer.finished() && config.partialAnswers() == PartialAnswers.SKIP) {
            return new ReadCall.Dropped(CaptureDrop.PARTIAL);
        }
        return parse(call, tenant, conversation, request, answer);
    }

    private ReadCall parse(
            CapturedCall call, String tenant, String conversation, WireRequest request, WireAnswer answer) {
        String digest = Digests.sha256(call.request().bytes());
        ObjectNode line = line(call, tenant, conversation, request, answer);
        line.put("id", id(call, answer, digest));
        Outcome<List<Prompt>> outcome = parser.parse(line);
        if (outcome instanceof Outcome.Rejected<List<Prompt>> rejected) {
            Rejection rejection = rejected.rejection();
            if (!answer.finished()) {
                // What there is of it is too little to learn: it broke off before it said anything, or within its
                // frame.
                return new ReadCall.Dropped(CaptureDrop.PARTIAL);
            }
            return rejection.code() == RejectionCode.FAILED_CALL
                    ? new ReadCall.Dropped(CaptureDrop.FAILED_CALL)
                    : new ReadCall.Unreadable(line.toString().getBytes(StandardCharsets.UTF_8), rejection);
        }
        List<Prompt> prompts = ((Outcome.Accepted<List<Prompt>>) outcome)
                .value().stream()
                        .map(prompt -> by(author(call, answer), prompt))
                        .toList();
        if (!history.isNew(tenant, digest, answers(prompts))) {
            return new ReadCall.Dropped(CaptureDrop.DUPLICATE);
        }
        if (!rates.take(tenant, prompts.size())) {
            return new ReadCall.Dropped(CaptureDrop.TENANT_RATE);
        }
        if (answer.id() != null) {
            history.hasAppeared(answer.id());
        }
        return new ReadCall.Prompts(prompts, conversation, answer.id());
    }

    /** A student where one was asked, by the name that the answer gives it: it may have been replaced in between. */
    private static Author author(CapturedCall call, WireAnswer answer) {
        String asked = call.student();
        if (asked == null) {
            return Author.PRODUCTION;
        }
        String named = answer.snapshot();
        return Author.student(named == null ? asked : named);
    }

    private static Prompt by(Author author, Prompt prompt) {
        Response given = prompt.response();
        return given == null
                ? prompt
                : prompt.withResponse(new Response(given.message(), given.finishReason(), given.choice(), author));
    }

    private static ReadCall unreadable(UnreadableBodyException problem, CopiedBody body) {
        return problem.drop() == CaptureDrop.UNREADABLE
                ? new ReadCall.Unreadable(body.bytes(), problem.rejection())
                : new ReadCall.Dropped(problem.drop());
    }

    /** The line that a proxy's log would have of the call. */
    private static ObjectNode line(
            CapturedCall call, String tenant, String conversation, WireRequest request, WireAnswer answer) {
        ObjectNode line = StrictJson.object();
        line.put("conversation_id", conversation);
        line.put("tenant", tenant);
        line.put("created_at", call.startedAt().truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("status", call.status());
        // In an object each, so that no field of theirs is taken for one of a log.
        line.putObject("request").set("body", request.body());
        line.putObject("response").set("body", answer.body());
        ObjectNode metadata = line.putObject("metadata");
        metadata.put("capture.upstream", call.upstream());
        metadata.put("capture.status", Integer.toString(call.status()));
        metadata.put("capture.latency_ms", Long.toString(call.duration().toMillis()));
        Duration firstByte = call.firstByte();
        if (firstByte != null) {
            metadata.put("capture.first_byte_ms", Long.toString(firstByte.toMillis()));
        }
        if (answer.finishReason() != null) {
            metadata.put("capture.finish_reason", answer.finishReason());
        }
        answer.usage().forEach((name, count) -> metadata.put("capture." + name, count));
        if (!answer.finished()) {
            metadata.put("capture.partial", "true");
        }
        return line;
    }

    /**
     * The answer's own id where no other call has it: some servers draw theirs from a thousand. Else what comes of it and the
     * call.
     */
    private String id(CapturedCall call, WireAnswer answer, String requestDigest) {
        String own = answer.id();
        if (own != null && own.length() >= SHORTEST_UNIQUE_ID && own.length() <= LONGEST_ID && !history.appeared(own)) {
            return own;
        }
        String derived = identity.derivedId(
                requestDigest,
                Digests.sha256(call.response().bytes()),
                call.startedAt().toString());
        return own == null || own.length() > LONGEST_ID ? "call-" + derived : own + '-' + derived;
    }

    /** What was answered, without ids and times that each answer has anew. */
    private static String answers(List<Prompt> prompts) {
        return Digests.sha256(prompts.stream()
                .map(prompt -> String.valueOf(prompt.response()))
                .collect(Collectors.joining("\n")));
    }
}
