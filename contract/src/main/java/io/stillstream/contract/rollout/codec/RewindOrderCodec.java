package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.RewindOrder;

/** {@link RewindOrder}s as JSON. */
public final class RewindOrderCodec {

    public static final int VERSION = 2;

    private static final String WHAT = "a rewind of the trainer";

    private RewindOrderCodec() {}

    public static byte[] encode(RewindOrder order) {
        ObjectNode node = Fields.object(VERSION);
        node.put("id", order.id());
        node.put("decision", order.decision());
        Fields.put(node, "request", order.request());
        node.put("snapshot", order.snapshot());
        node.put("content_hash", order.contentHash());
        Fields.putOffsets(node, "ends", order.ends());
        node.put("at", order.at().toString());
        return Fields.write(node, WHAT);
    }

    /** @throws ContractException for anything that {@link #encode} does not write */
    public static RewindOrder decode(byte[] json) {
        return Fields.read(json, VERSION, WHAT, RewindOrderCodec::decode, RewindOrderCodec::encode);
    }

    private static RewindOrder decode(Fields fields) {
        return new RewindOrder(
                fields.text("id"),
                fields.number("decision"),
                fields.rewindRequest("request"),
                fields.text("snapshot"),
                fields.text("content_hash"),
                fields.offsets("ends"),
                fields.time("at"));
    }
}
