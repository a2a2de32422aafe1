package io.stillstream.pipeline.production;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep.Kind;
import io.stillstream.contract.rollout.RolloutVerb;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DecisionWordsTest {

    private static final String A = "0000000075-64589cfa0069";
    private static final String B = "0000000150-0123456789ab";

    private static final RolloutPoint NOTHING = point("", "", 0, Kind.SHARE);

    @Test
    void of_aSnapshotsWay_readsAsAStory() {
        RolloutPoint gate = point("", A, 0, Kind.GATE);
        RolloutPoint quarter = point("", A, 2_500, Kind.SHARE);
        assertThat(words(RolloutVerb.START, NOTHING, gate, Map.of()))
                .isEqualTo("snapshot 75 starts, and waits at the gate");
        assertThat(words(RolloutVerb.ADVANCE, gate, quarter, Map.of("gate evidence", "ok: 61 records")))
                .isEqualTo("snapshot 75 passes the gate (61 records), and serves 25 % of the conversations");
        assertThat(words(RolloutVerb.ADVANCE, quarter, point("", A, 50, Kind.SHARE), Map.of()))
                .isEqualTo("snapshot 75 goes on, and serves 0.5 % of the conversations");
        assertThat(words(RolloutVerb.ADVANCE, quarter, point(A, "", 0, Kind.SHARE), Map.of()))
                .isEqualTo("snapshot 75 is champion");
        assertThat(words(RolloutVerb.START, point(A, "", 0, Kind.SHARE), point(A, B, 0, Kind.SHADOW), Map.of()))
                .isEqualTo("snapshot 150 starts, and gets copies of calls");
    }

    @Test
    void of_whatGoesBack_saysWhatServes() {
        RolloutPoint canary = point(A, B, 10_000, Kind.SHARE);
        RolloutPoint champion = point(A, "", 0, Kind.SHARE);
        assertThat(words(RolloutVerb.DEGRADE, canary, champion, Map.of()))
                .isEqualTo("snapshot 150 is taken back and rejected: because");
        assertThat(words(RolloutVerb.ROLLBACK, canary, champion, Map.of()))
                .isEqualTo("snapshot 150 is taken back and rejected");
        assertThat(words(RolloutVerb.ROLLBACK, champion, NOTHING, Map.of()))
                .isEqualTo("snapshot 75 is no longer champion, and rejected; production serves");
        assertThat(words(RolloutVerb.REWIND, champion, champion, Map.of("quarantine", "tenant=import")))
                .isEqualTo("the trainer is to go back to snapshot 75 and pass over tenant=import");
    }

    private static String words(RolloutVerb verb, RolloutPoint from, RolloutPoint to, Map<String, String> evidence) {
        return DecisionWords.of(new RolloutDecision(
                1, "", "ann", verb, "", "because", evidence, from, to, Instant.EPOCH, RolloutState.NO_DECISION));
    }

    private static RolloutPoint point(String champion, String candidate, int buckets, Kind kind) {
        return new RolloutPoint(
                candidate.isEmpty() ? RolloutPhase.HEALTHY : RolloutPhase.PROGRESSING,
                champion,
                candidate,
                0,
                buckets,
                kind);
    }
}
