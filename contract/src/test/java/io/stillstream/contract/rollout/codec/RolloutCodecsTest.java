package io.stillstream.contract.rollout.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.SnapshotReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RolloutCodecsTest {

    private static final Instant AT = Instant.parse("2026-11-28T12:00:00.125Z");
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String C = "c".repeat(64);
    private static final SnapshotReference OLD = new SnapshotReference("0000000001-a", A);
    private static final SnapshotReference NEW = new SnapshotReference("0000000002-b", B);

    private static final RolloutState STATE = new RolloutState(
            4,
            RolloutPhase.PROGRESSING,
            OLD,
            null,
            NEW,
            List.of(RolloutStep.shadow(Duration.ofMinutes(10)), RolloutStep.share(500, Duration.ofMillis(1500))),
            1,
            true,
            50,
            12,
            AT,
            Set.of(C),
            7,
            5,
            C);

    private static final RolloutDecision DECISION = new RolloutDecision(
            5,
            "c-1",
            "ann",
            RolloutVerb.PROMOTE,
            "",
            "looks good",
            Map.of("requests", "120"),
            new RolloutPoint(RolloutPhase.PROGRESSING, "0000000001-a", "0000000002-b", 0, 0, RolloutStep.Kind.SHADOW),
            STATE.point(),
            AT,
            C);

    private static final RolloutInput COMMAND =
            new RolloutInput.Command("c-1", RolloutVerb.START, "ann", "try it", NEW, false, null, 3, AT);

    private static final RewindRequest REQUEST =
            new RewindRequest("01234567-89ab-cdef-0123-456789abcdef", Quarantine.parse("0:1200-1250,1:3-3"));

    private static final RolloutInput REWIND =
            new RolloutInput.Command("c-2", RolloutVerb.REWIND, "ann", "poisoned", null, false, REQUEST, 3, AT);

    private static final RewindOrder ORDER = new RewindOrder(
            C,
            6,
            new RewindRequest("", new Quarantine.Tenant("acme, \"inc\"")),
            OLD.id(),
            OLD.contentHash(),
            Map.of(0, 1250L, 10, 7L, 2, 0L),
            AT);

    private static final RewindAnswer ANSWER =
            new RewindAnswer(C, "01234567-89ab-cdef-0123-456789abcdef", "", OLD.id(), 120, 7, "0:1200-1250", 51, AT);

    private static final RolloutInput OBSERVATION = new RolloutInput.Observation(
            "o-1", "0000000002-b", 12, "three failures in a row", Map.of("failures", "3"), AT);

    private static final RolloutInput JUDGEMENT = new RolloutInput.Judgement(
            "j-1", "0000000002-b", true, "worse by less than the margin", Map.of("verdict", "pass"), AT);

    private static final RolloutDelivery DELIVERY =
            new RolloutDelivery(5, "webhook", RolloutVerb.PROMOTE, STATE.point(), null, OLD, NEW, null, AT);

    private static final ControllerHeartbeat HEARTBEAT = new ControllerHeartbeat("c-9", AT, Duration.ofSeconds(15));

    private static final ServedOutcome OUTCOME = new ServedOutcome(
            AT,
            "chatcmpl-1",
            "chat \"1\"",
            "acme",
            Arm.CANARY,
            NEW.id(),
            "status-500",
            ServedOutcome.NO_BYTE,
            12,
            true,
            false);

    private record Case(
            String name, Object record, String golden, Function<byte[], Object> decode, Supplier<byte[]> encoding) {

        byte[] encoded() {
            return encoding.get();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        String snapshots = "{\"id\":\"0000000001-a\",\"content_hash\":\"" + A + "\"}";
        String candidate = "{\"id\":\"0000000002-b\",\"content_hash\":\"" + B + "\"}";
        String point = "{\"phase\":\"progressing\",\"champion\":\"0000000001-a\",\"candidate\":\"0000000002-b\",";
        String to = point + "\"step\":1,\"buckets\":500,\"kind\":\"share\"}";
        return List.of(
                new Case(
                        "state",
                        STATE,
                        "{\"version\":1,\"revision\":4,\"phase\":\"progressing\",\"champion\":" + snapshots
                                + ",\"previous\":null,\"candidate\":" + candidate
                                + ",\"steps\":[{\"kind\":\"shadow\",\"buckets\":0,\"hold\":\"PT10M\"},"
                                + "{\"kind\":\"share\",\"buckets\":500,\"hold\":\"PT1.5S\"}],\"step\":1,\"automatic\":true,"
                                + "\"least_requests\":50,\"requests\":12,\"since\":\"2026-11-28T12:00:00.125Z\",\"rejected\":[\""
                                + C
                                + "\"],\"inputs\":7,\"decisions\":5,\"head\":\"" + C + "\"}",
                        RolloutStateCodec::decode,
                        () -> RolloutStateCodec.encode(STATE)),
                new Case(
                        "decision",
                        DECISION,
                        "{\"version\":1,\"number\":5,\"input\":\"c-1\",\"actor\":\"ann\",\"verb\":\"promote\",\"refusal\":\"\",\"reason\":\"looks"
                                + " good\",\"evidence\":{\"requests\":\"120\"},\"from\":"
                                + point + "\"step\":0,\"buckets\":0,\"kind\":\"shadow\"},\"to\":" + to
                                + ",\"at\":\"2026-11-28T12:00:00.125Z\",\"previous\":\"" + C + "\",\"hash\":\""
                                + RolloutDecisionCodec.hash(DECISION) + "\"}",
                        RolloutDecisionCodec::decode,
                        () -> RolloutDecisionCodec.encode(DECISION)),
                new Case(
                        "command",
                        COMMAND,
                        "{\"version\":2,\"type\":\"command\",\"id\":\"c-1\",\"verb\":\"start\",\"actor\":\"ann\","
                                + "\"reason\":\"try it\",\"candidate\":" + candidate
                                + ",\"full\":false,\"rewind\":null,\"revision\":3,\"at\":\"2026-11-28T12:00:00.125Z\"}",
                        RolloutInputCodec::decode,
                        () -> RolloutInputCodec.encode(COMMAND)),
                new Case(
                        "rewind",
                        REWIND,
                        "{\"version\":2,\"type\":\"command\",\"id\":\"c-2\",\"verb\":\"rewind\",\"actor\":\"ann\","
                                + "\"reason\":\"poisoned\",\"candidate\":null,\"full\":false,\"rewind\":{\"trainer\":"
                                + "\"01234567-89ab-cdef-0123-456789abcdef\",\"quarantine\":\"0:1200-1250,1:3-3\"},"
                                + "\"revision\":3,\"at\":\"2026-11-28T12:00:00.125Z\"}",
                        RolloutInputCodec::decode,
                        () -> RolloutInputCodec.encode(REWIND)),
                new Case(
                        "order",
                        ORDER,
                        "{\"version\":2,\"id\":\"" + C
                                + "\",\"decision\":6,\"request\":{\"trainer\":\"\",\"quarantine\":"
                                + "\"tenant=acme, \\\"inc\\\"\"},\"snapshot\":\"0000000001-a\",\"content_hash\":\"" + A
                                + "\",\"ends\":{\"0\":1250,\"2\":0,\"10\":7},\"at\":\"2026-11-28T12:00:00.125Z\"}",
                        RewindOrderCodec::decode,
                        () -> RewindOrderCodec.encode(ORDER)),
                new Case(
                        "answer",
                        ANSWER,
                        "{\"version\":1,\"order\":\"" + C + "\",\"trainer\":\"01234567-89ab-cdef-0123-456789abcdef\","
                                + "\"refusal\":\"\",\"snapshot\":\"0000000001-a\",\"step\":120,\"abandoned_steps\":7,"
                                + "\"quarantined\":\"0:1200-1250\",\"records\":51,\"at\":\"2026-11-28T12:00:00.125Z\"}",
                        RewindAnswerCodec::decode,
                        () -> RewindAnswerCodec.encode(ANSWER)),
                new Case(
                        "observation",
                        OBSERVATION,
                        "{\"version\":2,\"type\":\"observation\",\"id\":\"o-1\",\"candidate\":\"0000000002-b\",\"requests\":12,\"alarm\":\"three"
                                + " failures in a row\",\"evidence\":{\"failures\":\"3\"},"
                                + "\"at\":\"2026-11-28T12:00:00.125Z\"}",
                        RolloutInputCodec::decode,
                        () -> RolloutInputCodec.encode(OBSERVATION)),
                new Case(
                        "judgement",
                        JUDGEMENT,
                        "{\"version\":2,\"type\":\"judgement\",\"id\":\"j-1\",\"candidate\":\"0000000002-b\","
                                + "\"passed\":true,\"reason\":\"worse by less than the margin\","
                                + "\"evidence\":{\"verdict\":\"pass\"},\"at\":\"2026-11-28T12:00:00.125Z\"}",
                        RolloutInputCodec::decode,
                        () -> RolloutInputCodec.encode(JUDGEMENT)),
                new Case(
                        "delivery",
                        DELIVERY,
                        "{\"version\":2,\"decision\":5,\"target\":\"webhook\",\"verb\":\"promote\",\"point\":" + to
                                + ",\"from\":null,\"to\":" + snapshots + ",\"candidate\":" + candidate
                                + ",\"rejected\":null,\"at\":\"2026-11-28T12:00:00.125Z\"}",
                        RolloutDeliveryCodec::decode,
                        () -> RolloutDeliveryCodec.encode(DELIVERY)),
                new Case(
                        "heartbeat",
                        HEARTBEAT,
                        "{\"version\":1,\"controller\":\"c-9\",\"at\":\"2026-11-28T12:00:00.125Z\",\"valid_for\":\"PT15S\"}",
                        ControllerHeartbeatCodec::decode,
                        () -> ControllerHeartbeatCodec.encode(HEARTBEAT)),
                new Case(
                        "outcome",
                        OUTCOME,
                        "{\"version\":1,\"at\":\"2026-11-28T12:00:00.125Z\",\"response_id\":\"chatcmpl-1\","
                                + "\"conversation\":\"chat \\\"1\\\"\",\"tenant\":\"acme\",\"arm\":\"canary\","
                                + "\"snapshot\":\"0000000002-b\",\"failure\":\"status-500\",\"first_byte_ms\":-1,"
                                + "\"total_ms\":12,\"retried_elsewhere\":true,\"shadow\":false}",
                        ServedOutcomeCodec::decode,
                        () -> ServedOutcomeCodec.encode(OUTCOME)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void encode_record_isTheGoldenJson(Case given) {
        assertThat(new String(given.encoded(), StandardCharsets.UTF_8)).isEqualTo(given.golden());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decode_goldenJson_isTheRecord(Case given) {
        assertThat(given.decode().apply(given.golden().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(given.record());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decode_otherVersion_isRefused(Case given) {
        String version = given.golden().substring(0, "{\"version\":1".length());
        byte[] other = given.golden().replace(version, "{\"version\":9").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> given.decode().apply(other))
                .isInstanceOf(ContractException.class)
                .hasMessageEndingWith(
                        "is of version 9; this build reads version " + version.charAt(version.length() - 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decode_unknownFieldOrSpace_isRefused(Case given) {
        for (String changed :
                List.of(given.golden().replaceFirst("^(\\{\"version\":\\d)", "$1,\"more\":1"), given.golden() + " ")) {
            assertThatThrownBy(() -> given.decode().apply(changed.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(ContractException.class)
                    .hasMessageContaining("spelled otherwise");
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decode_everyTruncation_isRefused(Case given) {
        for (int length = 0; length < given.encoded().length; length++) {
            byte[] shorter = Arrays.copyOf(given.encoded(), length);
            assertThatThrownBy(() -> given.decode().apply(shorter)).isInstanceOf(ContractException.class);
        }
    }

    /** A changed byte is noticed, or is another record: only a decision carries its own hash. */
    @Test
    void decode_decisionWithAnyFlippedBit_isRefused() {
        byte[] written = RolloutDecisionCodec.encode(DECISION);
        for (int bit = 0; bit < written.length * 8; bit++) {
            byte[] flipped = written.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> RolloutDecisionCodec.decode(flipped))
                    .as("bit %s", bit)
                    .isInstanceOf(ContractException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "everything", "0@3..5", "0:5-3", "0:1-2,", "tenant=", "tenant= ", "-1:2-3", "0:1-2 "})
    void quarantine_otherWords_areRefused(String text) {
        assertThatThrownBy(() -> Quarantine.parse(text)).isInstanceOf(ContractException.class);
    }

    @Test
    void input_longerThanWhatADecisionCanRepeat_isRefused() {
        String reason = "x".repeat(RolloutInputCodec.MAX_BYTES);
        assertThatThrownBy(() -> RolloutInputCodec.encode(
                        new RolloutInput.Command("c", RolloutVerb.PAUSE, "ann", reason, null, false, null, 3, AT)))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("expected at most " + RolloutInputCodec.MAX_BYTES);
        String written = new String(RolloutInputCodec.encode(COMMAND), StandardCharsets.UTF_8);
        byte[] longer = written.replace("try it", reason).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> RolloutInputCodec.decode(longer))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("an input of the rollout has " + longer.length + " bytes");
    }

    @Test
    void command_rewindWithAnotherVerbOrWithoutOne_isRefused() {
        assertThatThrownBy(
                        () -> new RolloutInput.Command("c", RolloutVerb.PAUSE, "ann", "", null, false, REQUEST, 3, AT))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("'pause', takes the trainer back");
        assertThatThrownBy(() -> new RolloutInput.Command("c", RolloutVerb.REWIND, "ann", "", null, false, null, 3, AT))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("'rewind', takes the trainer nowhere");
    }

    @Test
    void outcome_whatCannotBe_isRefused() {
        assertThatThrownBy(() -> new ServedOutcome(AT, "", "c", "t", Arm.CANARY, "", "", 1, 2, false, false))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("the arm 'canary' has the snapshot ''");
        assertThatThrownBy(() -> new ServedOutcome(AT, "", "c", "t", Arm.PRODUCTION, "", "", 1, 2, true, false))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("is asked elsewhere too");
        assertThatThrownBy(() -> new ServedOutcome(AT, "", "c", "t", Arm.PRODUCTION, "", "Timed out", 1, 2, true, true))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("the failure 'Timed out'");
    }

    @Test
    void state_rejectedChampion_isRefused() {
        assertThatThrownBy(() -> new RolloutState(
                        1, RolloutPhase.HEALTHY, OLD, null, null, List.of(), 0, false, 0, 0, AT, Set.of(A), 0, 1, C))
                .isInstanceOf(ContractException.class)
                .hasMessage("a rollout names the snapshot 0000000001-a, whose content is rejected; expected others");
    }
}
