package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutVerb;

/** {@link RolloutDelivery}s as JSON. */
public final class RolloutDeliveryCodec {

    public static final int VERSION = 2;

    private static final String WHAT = "a delivery of the rollout";

    private RolloutDeliveryCodec() {}

    public static byte[] encode(RolloutDelivery delivery) {
        ObjectNode node = Fields.object(VERSION);
        node.put("decision", delivery.decision());
        node.put("target", delivery.target());
        node.put("verb", delivery.verb().label());
        Fields.put(node, "point", delivery.point());
        Fields.put(node, "from", delivery.from());
        Fields.put(node, "to", delivery.to());
        Fields.put(node, "candidate", delivery.candidate());
        Fields.put(node, "rejected", delivery.rejected());
        node.put("at", delivery.at().toString());
        return Fields.write(node, WHAT);
    }

    /** @throws ContractException for anything that {@link #encode} does not write */
    public static RolloutDelivery decode(byte[] json) {
        return Fields.read(json, VERSION, WHAT, RolloutDeliveryCodec::decode, RolloutDeliveryCodec::encode);
    }

    private static RolloutDelivery decode(Fields fields) {
        return new RolloutDelivery(
                fields.number("decision"),
                fields.text("target"),
                RolloutVerb.parse(fields.text("verb")),
                fields.point("point"),
                fields.snapshot("from"),
                fields.snapshot("to"),
                fields.snapshot("candidate"),
                fields.snapshot("rejected"),
                fields.time("at"));
    }
}
