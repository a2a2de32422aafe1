package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.ControllerHeartbeat;

/** {@link ControllerHeartbeat}s as JSON. */
public final class ControllerHeartbeatCodec {

    public static final int VERSION = 1;

    private static final String WHAT = "the heartbeat of a controller";

    private ControllerHeartbeatCodec() {}

    public static byte[] encode(ControllerHeartbeat heartbeat) {
        ObjectNode node = Fields.object(VERSION);
        node.put("controller", heartbeat.controller());
        node.put("at", heartbeat.at().toString());
        node.put("valid_for", heartbeat.validFor().toString());
        return Fields.write(node, WHAT);
    }

    /** @throws ContractException for anything that {@link #encode} does not write */
    public static ControllerHeartbeat decode(byte[] json) {
        return Fields.read(json, VERSION, WHAT, ControllerHeartbeatCodec::decode, ControllerHeartbeatCodec::encode);
    }

    private static ControllerHeartbeat decode(Fields fields) {
        return new ControllerHeartbeat(fields.text("controller"), fields.time("at"), fields.duration("valid_for"));
    }
}
