package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.ServedOutcome;

/** {@link ServedOutcome}s as JSON. */
public final class ServedOutcomeCodec {

    public static final int VERSION = 1;

    private static final String WHAT = "the outcome of a call";

    private ServedOutcomeCodec() {}

    public static byte[] encode(ServedOutcome outcome) {
        ObjectNode node = Fields.object(VERSION);
        node.put("at", outcome.at().toString());
        node.put("response_id", outcome.responseId());
        node.put("conversation", outcome.conversation());
        node.put("tenant", outcome.tenant());
        node.put("arm", outcome.arm().label());
        node.put("snapshot", outcome.snapshot());
        node.put("failure", outcome.failure());
        node.put("first_byte_ms", outcome.firstByteMillis());
        node.put("total_ms", outcome.totalMillis());
        node.put("retried_elsewhere", outcome.retriedElsewhere());
        node.put("shadow", outcome.shadow());
        return Fields.write(node, WHAT);
    }

    /** @throws ContractException for anything that {@link #encode} does not write */
    public static ServedOutcome decode(byte[] json) {
        return Fields.read(json, VERSION, WHAT, ServedOutcomeCodec::decode, ServedOutcomeCodec::encode);
    }

    private static ServedOutcome decode(Fields fields) {
        return new ServedOutcome(
                fields.time("at"),
                fields.text("response_id"),
                fields.text("conversation"),
                fields.text("tenant"),
                Arm.parse(fields.text("arm")),
                fields.text("snapshot"),
                fields.text("failure"),
                fields.number("first_byte_ms"),
                fields.number("total_ms"),
                fields.flag("retried_elsewhere"),
                fields.flag("shadow"));
    }
}
