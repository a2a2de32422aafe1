package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import java.util.LinkedHashSet;
import java.util.List;

/** {@link RolloutState}s as JSON. */
public final class RolloutStateCodec {

    public static final int VERSION = 1;

    private static final String WHAT = "a rollout's state";

    private RolloutStateCodec() {}

    public static byte[] encode(RolloutState state) {
        ObjectNode node = Fields.object(VERSION);
        node.put("revision", state.revision());
        node.put("phase", state.phase().label());
        Fields.put(node, "champion", state.champion());
        Fields.put(node, "previous", state.previous());
        Fields.put(node, "candidate", state.candidate());
        ArrayNode steps = node.putArray("steps");
        state.steps()
                .forEach(step -> steps.addObject()
                        .put("kind", step.kind().label())
                        .put("buckets", step.buckets())
                        .put("hold", step.hold().toString()));
        node.put("step", state.step());
        node.put("automatic", state.automatic());
        node.put("least_requests", state.leastRequests());
        node.put("requests", state.requests());
        node.put("since", state.since().toString());
        ArrayNode rejected = node.putArray("rejected");
        state.rejected().forEach(rejected::add);
        node.put("inputs", state.inputs());
        node.put("decisions", state.decisions());
        node.put("head", state.head());
        return Fields.write(node, WHAT);
    }

    /** @throws ContractException for anything that {@link #encode} does not write */
    public static RolloutState decode(byte[] json) {
        return Fields.read(json, VERSION, WHAT, RolloutStateCodec::decode, RolloutStateCodec::encode);
    }

    private static RolloutState decode(Fields fields) {
        List<RolloutStep> steps = fields.objects("steps").stream()
                .map(step -> new RolloutStep(
                        RolloutStep.Kind.parse(step.text("kind")), step.smallNumber("buckets"), step.duration("hold")))
                .toList();
        return new RolloutState(
                fields.number("revision"),
                RolloutPhase.parse(fields.text("phase")),
                fields.snapshot("champion"),
                fields.snapshot("previous"),
                fields.snapshot("candidate"),
                steps,
                fields.smallNumber("step"),
                fields.flag("automatic"),
                fields.number("least_requests"),
                fields.number("requests"),
                fields.time("since"),
                new LinkedHashSet<>(fields.texts("rejected")),
                fields.number("inputs"),
                fields.number("decisions"),
                fields.text("head"));
    }
}
