package io.stillstream.pipeline.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.contract.text.OneLine;
import io.stillstream.contract.text.Printable;
import io.stillstream.rollout.control.RolloutView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rollout as the page has it: its state, and its last decisions. */
final class RolloutJson {

    private static final int LAST_DECISIONS = 30;
    private static final double PER_PERCENT = RolloutStep.ALL / 100.0;

    private RolloutJson() {}

    /** @param failure of the last command from here; empty without one */
    static ObjectNode of(RolloutView view, String failure, Instant now) {
        RolloutState state = view.state();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("phase", state.phase().label());
        node.put("champion", id(state.champion()));
        node.put("previous", id(state.previous()));
        node.put("candidate", id(state.candidate()));
        node.put("percent", state.buckets() / PER_PERCENT);
        if (state.candidate() != null) {
            node.put("kind", state.steps().get(state.step()).kind().label());
        }
        node.put("step", state.step());
        ArrayNode steps = node.putArray("steps");
        state.steps().forEach(step -> step(step, steps.addObject()));
        node.put("automatic", state.automatic());
        node.put("requests", state.requests());
        node.put("leastRequests", state.leastRequests());
        node.put("since", state.since().toEpochMilli());
        node.put("revision", state.revision());
        node.put("rejected", state.rejected().size());
        node.put("undelivered", view.pending().size());
        ControllerHeartbeat heartbeat = view.heartbeat();
        node.put("controller", heartbeat != null && heartbeat.isAliveAt(now));
        node.put("failure", OneLine.of(failure));
        ArrayNode decisions = node.putArray("decisions");
        List<byte[]> all = view.decisions();
        for (int i = all.size() - 1; i >= Math.max(0, all.size() - LAST_DECISIONS); i--) {
            decision(all.get(i), decisions.addObject());
        }
        return node;
    }

    private static void step(RolloutStep step, ObjectNode node) {
        node.put("percent", step.buckets() / PER_PERCENT);
        node.put("kind", step.kind().label());
        node.put("holdSeconds", step.hold().toMillis() / 1000.0);
    }

    private static void decision(byte[] bytes, ObjectNode node) {
        try {
            RolloutDecision decision = RolloutDecisionCodec.decode(bytes);
            node.put("number", decision.number());
            node.put("input", Printable.line(decision.input()));
            node.put("at", decision.at().toEpochMilli());
            node.put("actor", OneLine.of(decision.actor()));
            node.put("verb", decision.verb().label());
            node.put("reason", OneLine.of(decision.reason()));
            node.put("refusal", OneLine.of(decision.refusal()));
            node.put("champion", Printable.line(decision.to().champion()));
            node.put("candidate", Printable.line(decision.to().candidate()));
            node.put("served", Printable.line(decision.from().champion()));
            node.put("before", Printable.line(decision.from().candidate()));
            node.put("phase", decision.to().phase().label());
            node.put("percent", decision.to().buckets() / PER_PERCENT);
            node.put("kind", decision.to().kind().label());
            ObjectNode evidence = node.putObject("evidence");
            decision.evidence().forEach((name, value) -> evidence.put(Printable.line(name), OneLine.of(value)));
        } catch (ContractException e) {
            node.put("problem", OneLine.of(e.getMessage()));
        }
    }

    private static String id(@Nullable SnapshotReference snapshot) {
        return snapshot == null ? "" : snapshot.id();
    }
}
