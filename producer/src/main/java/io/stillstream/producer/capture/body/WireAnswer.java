package io.stillstream.producer.capture.body;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.producer.parsing.body.EventStream;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer.
 *
 * @param body the JSON, or the array of the events that it was streamed in; without times of its own, since the call has one
 * @param id what the provider names it; null where it does not
 * @param snapshot the id of the student's snapshot that it says wrote it; null where it names none
 * @param finished whether the model ended it, as far as one can tell
 * @param failed whether it is an error, or broke off with one
 * @param finishReason in the provider's words; null where it gives none
 * @param usage how many tokens the provider counted: {@code prompt_tokens} and {@code completion_tokens}, as far as it says so
 */
public record WireAnswer(
        JsonNode body,
        @Nullable String id,
        @Nullable String snapshot,
        boolean finished,
        boolean failed,
        @Nullable String finishReason,
        Map<String, String> usage) {

    private static final String EVENT_STREAM = "text/event-stream";
    private static final List<String> TIMES = List.of("created", "created_at", "completed_at");
    private static final List<String> INSIDE = List.of("message", "response");
    /** Where {@code stillstream serve} names it. */
    private static final List<String> SNAPSHOT = List.of("system_fingerprint", "model");

    private static final Map<String, String> USAGE = Map.of(
            "prompt_tokens", "prompt_tokens",
            "input_tokens", "prompt_tokens",
            "completion_tokens", "completion_tokens",
            "output_tokens", "completion_tokens");

    public WireAnswer {
        usage = Map.copyOf(usage);
    }

    /**
     * @param cut whether the body may have broken off anywhere
     * @throws UnreadableBodyException when it is not JSON, nor a stream of it
     */
    public static WireAnswer read(
            byte[] bytes, @Nullable String contentType, @Nullable String encoding, int maxBytes, boolean cut)
            throws UnreadableBodyException {
        String text = WireText.of(bytes, encoding, "answer", maxBytes, cut);
        boolean streamed = contentType != null
                && contentType.strip().toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM);
        return streamed ? stream(text) : whole(text, cut);
    }

    private static WireAnswer whole(String text, boolean cut) throws UnreadableBodyException {
        JsonNode body;
        try {
            body = WireRequest.json(text, "answer");
        } catch (UnreadableBodyException e) {
            if (cut) {
                throw new UnreadableBodyException(
                        CaptureDrop.PARTIAL, e.rejection().code(), "the answer broke off");
            }
            throw e;
        }
        var facts = new Facts();
        facts.add(body);
        return new WireAnswer(body, facts.id, facts.snapshot, true, facts.failed, facts.finishReason, facts.usage);
    }

    private static WireAnswer stream(String text) throws UnreadableBodyException {
        EventStream stream;
        try {
            // Whether the last event is whole, its finish reason says better than how the connection ended.
            stream = EventStream.parse(text, "the answer", true);
        } catch (InvalidFieldException e) {
            throw new UnreadableBodyException(CaptureDrop.UNREADABLE, e.code(), String.valueOf(e.getMessage()));
        }
        var facts = new Facts();
        stream.events().forEach(facts::add);
        return new WireAnswer(
                stream.events(),
                facts.id,
                facts.snapshot,
                facts.finished(stream.done()),
                facts.failed,
                facts.finishReason,
                facts.usage);
    }

    /** What a body, or its events one after the other, say of the answer. */
    private static final class Facts {

        private final Map<String, String> usage = new TreeMap<>();
        /** Of each choice, whether a reason says why it ends. */
        private final Map<Integer, Boolean> choices = new TreeMap<>();

        private @Nullable String id;
        private @Nullable String snapshot;
        private @Nullable String finishReason;
        private boolean namesReasons;
        private boolean ended;
        private boolean failed;

        void add(JsonNode part) {
            if (!(part instanceof ObjectNode object)) {
                return;
            }
            body(object);
            failed |= object.path("error").isObject()
                    || object.path("type").asText().equals("error");
            for (String name : INSIDE) {
                if (object.get(name) instanceof ObjectNode inside) {
                    body(inside);
                }
            }
            String type = object.path("type").asText();
            ended |= type.equals("message_stop")
                    || type.equals("response.completed")
                    || type.equals("response.incomplete")
                    || object.path("done").asBoolean(false);
            reason(object.path("delta").path("stop_reason"));
            ended |= object.path("delta").path("stop_reason").isTextual();
            for (JsonNode choice : object.path("choices")) {
                choice(choice);
            }
        }

        private void body(ObjectNode body) {
            body.remove(TIMES);
            if (id == null
                    && body.path("id").isTextual()
                    && !body.path("id").textValue().isBlank()) {
                id = body.path("id").textValue();
            }
            for (String name : SNAPSHOT) {
                if (snapshot == null
                        && SnapshotReference.isPublishedId(body.path(name).asText())) {
                    snapshot = body.path(name).textValue();
                }
            }
            reason(body.path("stop_reason"));
            JsonNode counts = body.path("usage");
            USAGE.forEach((theirs, ours) -> {
                if (counts.path(theirs).isIntegralNumber()) {
                    usage.put(ours, counts.path(theirs).asText());
                }
            });
        }

        private void choice(JsonNode choice) {
            JsonNode reason = choice.path("finish_reason");
            namesReasons |= choice.has("finish_reason");
            choices.merge(choice.path("index").asInt(0), reason.isTextual(), Boolean::logicalOr);
            reason(reason);
        }

        private void reason(JsonNode reason) {
            if (reason.isTextual()) {
                finishReason = reason.textValue();
            }
        }

        /** @param done whether the stream says that it ends */
        boolean finished(boolean done) {
            if (choices.isEmpty()) {
                return ended || done;
            }
            boolean all = choices.values().stream().allMatch(ends -> ends);
            return all || ended || (done && !namesReasons);
        }
    }
}
