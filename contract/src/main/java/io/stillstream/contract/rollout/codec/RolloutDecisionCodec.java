package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutVerb;

/** {@link RolloutDecision}s as JSON. The last field is the sha256 of the record without it: the decision's hash. */
public final class RolloutDecisionCodec {

    public static final int VERSION = 1;

    private static final String WHAT = "a decision of the rollout";
    private static final String HASH = "hash";

    private RolloutDecisionCodec() {}

    public static byte[] encode(RolloutDecision decision) {
        ObjectNode node = unhashed(decision);
        node.put(HASH, Digests.sha256(Fields.write(node, WHAT)));
        return Fields.write(node, WHAT);
    }

    /** What the next decision names. */
    public static String hash(RolloutDecision decision) {
        return Digests.sha256(Fields.write(unhashed(decision), WHAT));
    }

    private static ObjectNode unhashed(RolloutDecision decision) {
        ObjectNode node = Fields.object(VERSION);
        node.put("number", decision.number());
        node.put("input", decision.input());
        node.put("actor", decision.actor());
        node.put("verb", decision.verb().label());
        node.put("refusal", decision.refusal());
        node.put("reason", decision.reason());
        Fields.put(node, "evidence", decision.evidence());
        Fields.put(node, "from", decision.from());
        Fields.put(node, "to", decision.to());
        node.put("at", decision.at().toString());
        node.put("previous", decision.previous());
        return node;
    }

    /** @throws ContractException for anything that {@link #encode} does not write, a changed byte included */
    public static RolloutDecision decode(byte[] json) {
        return Fields.read(json, VERSION, WHAT, RolloutDecisionCodec::decode, RolloutDecisionCodec::encode);
    }

    private static RolloutDecision decode(Fields fields) {
        RolloutDecision decision = new RolloutDecision(
                fields.number("number"),
                fields.text("input"),
                fields.text("actor"),
                RolloutVerb.parse(fields.text("verb")),
                fields.text("refusal"),
                fields.text("reason"),
                fields.textsByName("evidence"),
                fields.point("from"),
                fields.point("to"),
                fields.time("at"),
                fields.text("previous"));
        String written = fields.text(HASH);
        String expected = hash(decision);
        if (!written.equals(expected)) {
            throw new ContractException(
                    "decision " + decision.number() + " was changed after it was written: it has the" + " hash '"
                            + written + "'; expected " + expected);
        }
        return decision;
    }
}
