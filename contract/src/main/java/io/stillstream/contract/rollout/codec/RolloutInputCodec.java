package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutVerb;

/** {@link RolloutInput}s as JSON. */
public final class RolloutInputCodec {

    public static final int VERSION = 2;

    /** So that the decision that repeats an input is taken by every broker, whose usual limit is 1 MiB. */
    public static final int MAX_BYTES = 512 * 1024;

    private static final String WHAT = "an input of the rollout";
    private static final String TYPE = "type";
    private static final String COMMAND = "command";
    private static final String OBSERVATION = "observation";
    private static final String JUDGEMENT = "judgement";

    private RolloutInputCodec() {}

    /** @throws ContractException where it would have more than {@link #MAX_BYTES} */
    public static byte[] encode(RolloutInput input) {
        ObjectNode node = Fields.object(VERSION);
        if (input instanceof RolloutInput.Command command) {
            put(node, command);
        } else if (input instanceof RolloutInput.Observation observation) {
            put(node, observation);
        } else if (input instanceof RolloutInput.Judgement judgement) {
            put(node, judgement);
        }
        byte[] json = Fields.write(node, WHAT);
        requireSize(json);
        return json;
    }

    private static void requireSize(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new ContractException(
                    WHAT + " has " + json.length + " bytes; expected at most " + MAX_BYTES + ": shorten its reason");
        }
    }

    private static void put(ObjectNode node, RolloutInput.Command command) {
        node.put(TYPE, COMMAND);
        node.put("id", command.id());
        node.put("verb", command.verb().label());
        node.put("actor", command.actor());
        node.put("reason", command.reason());
        Fields.put(node, "candidate", command.candidate());
        node.put("full", command.full());
        Fields.put(node, "rewind", command.rewind());
        node.put("revision", command.revision());
        node.put("at", command.at().toString());
    }

    private static void put(ObjectNode node, RolloutInput.Observation observation) {
        node.put(TYPE, OBSERVATION);
        node.put("id", observation.id());
        node.put("candidate", observation.candidate());
        node.put("requests", observation.requests());
        node.put("alarm", observation.alarm());
        Fields.put(node, "evidence", observation.evidence());
        node.put("at", observation.at().toString());
    }

    private static void put(ObjectNode node, RolloutInput.Judgement judgement) {
        node.put(TYPE, JUDGEMENT);
        node.put("id", judgement.id());
        node.put("candidate", judgement.candidate());
        node.put("passed", judgement.passed());
        node.put("reason", judgement.reason());
        Fields.put(node, "evidence", judgement.evidence());
        node.put("at", judgement.at().toString());
    }

    /** @throws ContractException for anything that {@link #encode} does not write */
    public static RolloutInput decode(byte[] json) {
        requireSize(json);
        return Fields.read(json, VERSION, WHAT, RolloutInputCodec::decode, RolloutInputCodec::encode);
    }

    private static RolloutInput decode(Fields fields) {
        String type = fields.text(TYPE);
        return switch (type) {
            case COMMAND ->
                new RolloutInput.Command(
                        fields.text("id"),
                        RolloutVerb.parse(fields.text("verb")),
                        fields.text("actor"),
                        fields.text("reason"),
                        fields.snapshot("candidate"),
                        fields.flag("full"),
                        fields.rewind("rewind"),
                        fields.number("revision"),
                        fields.time("at"));
            case OBSERVATION ->
                new RolloutInput.Observation(
                        fields.text("id"),
                        fields.text("candidate"),
                        fields.number("requests"),
                        fields.text("alarm"),
                        fields.textsByName("evidence"),
                        fields.time("at"));
            case JUDGEMENT ->
                new RolloutInput.Judgement(
                        fields.text("id"),
                        fields.text("candidate"),
                        fields.flag("passed"),
                        fields.text("reason"),
                        fields.textsByName("evidence"),
                        fields.time("at"));
            default ->
                throw new ContractException(WHAT + " is of the type '" + type + "'; expected " + COMMAND + ", "
                        + OBSERVATION + " or " + JUDGEMENT);
        };
    }
}
