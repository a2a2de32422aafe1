package io.stillstream.fuzz;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.ControllerHeartbeatCodec;
import io.stillstream.contract.rollout.codec.RewindAnswerCodec;
import io.stillstream.contract.rollout.codec.RewindOrderCodec;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.contract.rollout.codec.RolloutDeliveryCodec;
import io.stillstream.contract.rollout.codec.RolloutInputCodec;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.contract.rollout.codec.ServedOutcomeCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A record of the rollout's topics: whatever is read is written with the same bytes again. */
final class RolloutRecordTarget implements FuzzTarget {

    private static final Instant AT = Instant.parse("2026-11-28T12:00:00Z");
    private static final String HASH = ",\"hash\":\"";
    private static final String END = "\"}";
    private static final SnapshotReference SNAPSHOT = new SnapshotReference("0000000002-b", "b".repeat(64));

    private static final RewindRequest REQUEST = new RewindRequest("", Quarantine.parse("0:1-2,1:3-4"));

    private static final RolloutState STATE = new RolloutState(
            1,
            RolloutPhase.PAUSED,
            null,
            null,
            SNAPSHOT,
            List.of(RolloutStep.shadow(Duration.ofMinutes(10)), RolloutStep.share(500, Duration.ZERO)),
            1,
            true,
            50,
            12,
            AT,
            Set.of("c".repeat(64)),
            7,
            5,
            "d".repeat(64));

    private final UnaryOperator<byte[]> readAndWritten;
    private final UnaryOperator<byte[]> completed;
    private final List<byte[]> seeds;

    private RolloutRecordTarget(
            UnaryOperator<byte[]> readAndWritten, UnaryOperator<byte[]> completed, List<byte[]> seeds) {
        this.readAndWritten = readAndWritten;
        this.completed = completed;
        this.seeds = seeds;
    }

    private static <R> RolloutRecordTarget of(
            Function<byte[], R> decode, Function<R, byte[]> encode, List<? extends R> seeds) {
        return new RolloutRecordTarget(
                bytes -> encode.apply(decode.apply(bytes)),
                UnaryOperator.identity(),
                seeds.stream().map(encode).toList());
    }

    static RolloutRecordTarget state() {
        return of(RolloutStateCodec::decode, RolloutStateCodec::encode, List.of(STATE, RolloutState.initial()));
    }

    static RolloutRecordTarget input() {
        return of(
                RolloutInputCodec::decode,
                RolloutInputCodec::encode,
                List.<RolloutInput>of(
                        new RolloutInput.Command("c", RolloutVerb.START, "ann", "", SNAPSHOT, false, null, 3, AT),
                        new RolloutInput.Command("d", RolloutVerb.PROMOTE, "ann", "", null, true, null, 3, AT),
                        new RolloutInput.Command("e", RolloutVerb.REWIND, "ann", "", null, false, REQUEST, 3, AT),
                        new RolloutInput.Observation("o", "b", 12, "failures", Map.of("failures", "3"), AT),
                        new RolloutInput.Judgement("j", "b", false, "worse", Map.of("verdict", "fail"), AT)));
    }

    static RolloutRecordTarget delivery() {
        return of(
                RolloutDeliveryCodec::decode,
                RolloutDeliveryCodec::encode,
                List.of(new RolloutDelivery(
                        5, "webhook", RolloutVerb.PROMOTE, STATE.point(), null, SNAPSHOT, SNAPSHOT, null, AT)));
    }

    static RolloutRecordTarget rewindOrder() {
        return of(
                RewindOrderCodec::decode,
                RewindOrderCodec::encode,
                List.of(new RewindOrder(
                        "d".repeat(64), 5, REQUEST, SNAPSHOT.id(), SNAPSHOT.contentHash(), Map.of(0, 1250L), AT)));
    }

    static RolloutRecordTarget rewindAnswer() {
        return of(
                RewindAnswerCodec::decode,
                RewindAnswerCodec::encode,
                List.of(new RewindAnswer("d".repeat(64), "t", "", SNAPSHOT.id(), 3, 2, "0:1-2", 2, AT)));
    }

    static RolloutRecordTarget heartbeat() {
        return of(
                ControllerHeartbeatCodec::decode,
                ControllerHeartbeatCodec::encode,
                List.of(new ControllerHeartbeat("c", AT, Duration.ofSeconds(15))));
    }

    static RolloutRecordTarget outcome() {
        return of(
                ServedOutcomeCodec::decode,
                ServedOutcomeCodec::encode,
                List.of(
                        new ServedOutcome(AT, "r", "c", "t", Arm.CANARY, "b", "status-500", -1, 12, true, false),
                        new ServedOutcome(AT, "", "c", "t", Arm.PRODUCTION, "", "", 3, 12, false, false)));
    }

    /** With the hash that belongs to the bytes: it keeps out accidents, and whoever can write one can write its hash. */
    static RolloutRecordTarget decision() {
        byte[] whole = RolloutDecisionCodec.encode(new RolloutDecision(
                5,
                "c",
                "ann",
                RolloutVerb.PAUSE,
                "",
                "why",
                Map.of("requests", "120"),
                STATE.point(),
                STATE.point(),
                AT,
                "d".repeat(64)));
        int body = new String(whole, StandardCharsets.UTF_8).indexOf(HASH);
        return new RolloutRecordTarget(
                bytes -> RolloutDecisionCodec.encode(RolloutDecisionCodec.decode(bytes)),
                RolloutRecordTarget::withHash,
                List.of(Arrays.copyOf(whole, body)));
    }

    private static byte[] withHash(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        return (text + HASH + Digests.sha256(text + "}") + END).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Promise promise() {
        return Promise.usual(ContractException.class);
    }

    @Override
    public void read(byte[] input) {
        byte[] record = completed.apply(input);
        Promise.require(
                Arrays.equals(record, readAndWritten.apply(record)), "the codec changes a record that it has read");
    }

    @Override
    public List<byte[]> seeds() {
        return seeds;
    }

    @Override
    public List<String> words() {
        return List.of(
                "null",
                "\"\\ud800\"",
                "\"\\u0000\"",
                "1e999",
                "-1",
                "\"PT0S\"",
                "+1000000000-12-31T23:59:59.999999999Z",
                "-1000000000-01-01T00:00:00Z",
                "PT2562047788015215H30M7S",
                "9223372036854775808",
                "\"rollback\"");
    }
}
