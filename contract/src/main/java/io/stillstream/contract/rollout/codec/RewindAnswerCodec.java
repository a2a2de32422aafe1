package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.RewindAnswer;

/** {@link RewindAnswer}s as JSON. */
public final class RewindAnswerCodec {

    public static final int VERSION = 1;

    private static final String WHAT = "a trainer's answer to a rewind";

    private RewindAnswerCodec() {}

    public static byte[] encode(RewindAnswer answer) {
        ObjectNode node = Fields.object(VERSION);
        node.put("order", answer.order());
        node.put("trainer", answer.trainer());
        node.put("refusal", answer.refusal());
        node.put("snapshot", answer.snapshot());
        node.put("step", answer.step());
        node.put("abandoned_steps", answer.abandonedSteps());
        node.put("quarantined", answer.quarantined());
        node.put("records", answer.records());
        node.put("at", answer.at().toString());
        return Fields.write(node, WHAT);
    }

    /** @throws ContractException for anything that {@link #encode} does not write */
    public static RewindAnswer decode(byte[] json) {
        return Fields.read(json, VERSION, WHAT, RewindAnswerCodec::decode, RewindAnswerCodec::encode);
    }

    private static RewindAnswer decode(Fields fields) {
        return new RewindAnswer(
                fields.text("order"),
                fields.text("trainer"),
                fields.text("refusal"),
                fields.text("snapshot"),
                fields.number("step"),
                fields.number("abandoned_steps"),
                fields.text("quarantined"),
                fields.number("records"),
                fields.time("at"));
    }
}
