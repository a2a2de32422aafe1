package io.stillstream.producer.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.monitoring.traffic.CaptureMeters;
import io.stillstream.producer.capture.call.FeedbackAnswer;
import io.stillstream.producer.parsing.field.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes feedback on calls that were captured a short while ago. A correction is sent as a prompt of its own, the same question
 * with the correction as its response and its reference; a bad score takes the rest of the conversation out of what is captured, a good
 * one lets it in again.
 */
final class FeedbackTaker {

    private static final int ACCEPTED = 202;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final int ID_LETTERS = 16;
    private static final String UPSTREAM = "feedback";

    private final CallIdentity identity;
    private final CallHistory history;
    private final RecentPrompts recent;
    private final PromptGate gate;
    private final CaptureMeters meters;
    private final Clock clock;
    private final Duration window;

    FeedbackTaker(
            CallIdentity identity,
            CallHistory history,
            RecentPrompts recent,
            PromptGate gate,
            CaptureMeters meters,
            Clock clock,
            Duration window) {
        this.identity = identity;
        this.history = history;
        this.recent = recent;
        this.gate = gate;
        this.meters = meters;
        this.clock = clock;
        this.window = window;
    }

    /** Remembers a call's first prompt as one that may get feedback. */
    void remember(String tenant, String conversation, @Nullable String responseId, String promptId, byte[] prompt) {
        String ofConversation = history.reference(tenant, conversation);
        List<String> names = new ArrayList<>(List.of(ofConversation, response(tenant, promptId)));
        if (responseId != null) {
            names.add(response(tenant, responseId));
        }
        recent.add(ofConversation, names, prompt);
    }

    FeedbackAnswer take(byte[] json, String tenant) {
        FeedbackAnswer answer;
        try {
            answer = take(Feedback.parse(json), tenant);
        } catch (IllegalArgumentException e) {
            answer = error(BAD_REQUEST, "invalid_feedback", String.valueOf(e.getMessage()));
        }
        meters.recordFeedback(answer.status() == ACCEPTED);
        return answer;
    }

    private FeedbackAnswer take(Feedback feedback, String tenant) {
        String responseId = feedback.responseId();
        String conversationId = String.valueOf(feedback.conversationId());
        RecentPrompts.@Nullable Entry known = recent.find(
                responseId == null ? history.reference(tenant, conversationId) : response(tenant, responseId));
        if (known == null) {
            String what = responseId == null
                    ? "conversation '" + Feedback.shortened(conversationId)
                    : "response '" + Feedback.shortened(responseId);
            return error(
                    NOT_FOUND,
                    "unknown_call",
                    what + "' is none of this tenant's that was captured in the last " + window.toMinutes()
                            + " minutes (capture.feedback-window); it may be older, or have been left out");
        }
        if (feedback.bad()) {
            history.mark(known.conversation());
        }
        if (feedback.good()) {
            history.unmark(known.conversation());
        }
        String correction = feedback.correction();
        ObjectNode body = StrictJson.object().put("status", "accepted");
        if (correction != null) {
            Prompt corrected = corrected(PromptCodec.decode(known.prompt()), correction, feedback.score());
            byte[] original = correction.getBytes(StandardCharsets.UTF_8);
            if (gate.write(corrected, original, UPSTREAM, clock.instant()) == null) {
                return error(UNAVAILABLE, "not_kept", "the correction could not be kept; try again later");
            }
            body.put("prompt_id", corrected.id());
        }
        return new FeedbackAnswer(ACCEPTED, body.toString());
    }

    /** The same question in the same conversation, on the same side of the hold-out, answered as it should have been. */
    private Prompt corrected(Prompt prompt, String correction, @Nullable Double score) {
        Map<String, String> metadata = new HashMap<>(prompt.metadata());
        metadata.put("feedback.corrects", prompt.id());
        if (score != null) {
            metadata.put("feedback.score", score.toString());
        }
        String id = prompt.id() + "/corrected-"
                + identity.derivedId(prompt.id(), correction).substring(0, ID_LETTERS);
        return new Prompt(
                id,
                prompt.conversationId(),
                prompt.input(),
                Response.of(correction, Author.PRODUCTION),
                correction,
                prompt.tenant(),
                clock.instant(),
                prompt.split(),
                prompt.production(),
                metadata);
    }

    private String response(String tenant, String id) {
        return identity.reference("response", tenant, id);
    }

    private static FeedbackAnswer error(int status, String code, String message) {
        ObjectNode body = StrictJson.object();
        body.putObject("error")
                .put("message", message)
                .put("type", "invalid_request_error")
                .put("code", code);
        return new FeedbackAnswer(status, body.toString());
    }
}
