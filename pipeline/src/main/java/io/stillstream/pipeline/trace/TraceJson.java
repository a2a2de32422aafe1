package io.stillstream.pipeline.trace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.source.SourceLine;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.pipeline.deadletters.StoredDeadLetter;
import io.stillstream.pipeline.trace.Trace.Asked;
import io.stillstream.pipeline.trace.Trace.In;
import io.stillstream.pipeline.trace.Trace.Scored;
import io.stillstream.pipeline.trace.Trace.TracedPrompt;
import java.util.List;
import java.util.Locale;

/** A trace as one JSON object. */
final class TraceJson {

    private final boolean texts;

    /** @param texts whether the words of prompts and answers are in it */
    TraceJson(boolean texts) {
        this.texts = texts;
    }

    ObjectNode of(Trace trace) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", trace.id());
        ArrayNode prompts = node.putArray("prompts");
        trace.prompts().forEach(one -> prompt(one, prompts.addObject()));
        letters(trace.letters(), node.putArray("dead_letters"));
        ArrayNode outcomes = node.putArray("outcomes");
        trace.outcomes().forEach(one -> outcome(one, outcomes.addObject()));
        node.put("ledger", trace.ledger());
        node.put("records_read", trace.read());
        return node;
    }

    private void prompt(TracedPrompt traced, ObjectNode node) {
        node.put("id", traced.id());
        Asked asked = traced.asked();
        if (asked != null) {
            asked(asked, node.putObject("captured"));
        }
        ArrayNode scored = node.putArray("scored");
        traced.scored().forEach(one -> scored(one, scored.addObject()));
        letters(traced.letters(), node.putArray("dead_letters"));
    }

    private void asked(Asked asked, ObjectNode node) {
        Prompt prompt = asked.prompt();
        place(asked.place(), node);
        SourceLine line = asked.line();
        if (line != null) {
            node.put("source", line.source());
            node.put("line", line.number());
        }
        node.put("conversation", prompt.conversationId());
        node.put("created_at", prompt.createdAt().toString());
        node.put("tenant", prompt.tenant());
        node.put("split", prompt.split().name().toLowerCase(Locale.ROOT));
        node.put("model", prompt.production().model());
        Response response = prompt.response();
        node.put("response_by", response == null ? "teacher" : author(response));
        ObjectNode redacted = node.putObject("redacted");
        Placeholders.of(prompt).forEach(redacted::put);
        if (texts) {
            node.put("prompt", TraceTexts.of(prompt.input()));
            node.put("response", response == null ? null : response.message().said());
        }
    }

    static String author(Response response) {
        String snapshot = response.author().snapshot();
        return response.author().source().name().toLowerCase(Locale.ROOT) + (snapshot == null ? "" : " " + snapshot);
    }

    private void scored(Scored scored, ObjectNode node) {
        TeacherTargets targets = scored.targets();
        place(scored.place(), node);
        node.put("at", targets.scoredAt().toString());
        node.put("teacher", targets.teacher().name());
        node.put("teacher_weights", targets.teacher().weights());
        node.put("tokens", targets.tokens().count());
        if (texts) {
            node.put("response", targets.responseText());
        }
        ArrayNode uses = node.putArray("training");
        scored.uses()
                .forEach(use -> uses.addObject()
                        .put("step", use.step())
                        .put("disposition", use.disposition().name().toLowerCase(Locale.ROOT))
                        .put("abandoned", !use.live()));
        ArrayNode snapshots = node.putArray("snapshots");
        for (In in : scored.snapshots()) {
            ObjectNode one = snapshots.addObject();
            one.put("id", in.snapshot())
                    .put("step", in.step())
                    .put("at", in.at().toString());
            ArrayNode events = one.putArray("rollout");
            in.events()
                    .forEach(event ->
                            events.addObject().put("at", event.at().toString()).put("what", event.what()));
        }
    }

    private static void letters(List<StoredDeadLetter> letters, ArrayNode nodes) {
        for (StoredDeadLetter letter : letters) {
            nodes.addObject()
                    .put("id", letter.id().toString())
                    .put("at", letter.time().toString())
                    .put("from", letter.from())
                    .put("code", letter.code())
                    .put("reason", letter.detail());
        }
    }

    private static void outcome(ServedOutcome outcome, ObjectNode node) {
        node.put("at", outcome.at().toString());
        node.put("response_id", outcome.responseId());
        node.put("arm", outcome.arm().label());
        node.put("snapshot", outcome.snapshot());
        node.put("failure", outcome.failure());
        node.put("total_millis", outcome.totalMillis());
        node.put("shadow", outcome.shadow());
    }

    private static void place(Place place, ObjectNode node) {
        node.put("topic", place.topic());
        node.put("partition", place.partition());
        node.put("offset", place.offset());
        node.put("record_at", place.at().toString());
    }
}
