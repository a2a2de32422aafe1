package io.stillstream.rollout.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.ServedOutcome;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeTest {

    private static final String CANDIDATE = "0000000002-b";
    private static final String CHAMPION = "0000000001-a";
    private static final Instant BEGAN = Instant.parse("2026-11-28T12:00:00Z");

    private final JudgeConfig config = JudgeConfig.defaults();
    private final Judge judge = new Judge(config, CANDIDATE, CHAMPION);
    private final Random random = new Random(7);

    @Test
    void alarm_nothingSeen_isNone() {
        assertThat(judge.alarm()).isNull();
        assertThat(judge.evidence()).containsKeys("judge failures", "judge latency", "judge likelihood");
    }

    @Test
    void failures_inARow_alarmAtTheLimit_andAnAnswerBeginsAnew() {
        candidate("", 10);
        for (int i = 0; i < config.failuresInARow() - 1; i++) {
            candidate("status-500", 10);
        }
        assertThat(judge.alarm()).isNull();
        candidate("", 10);
        for (int i = 0; i < config.failuresInARow() - 1; i++) {
            champion("status-500", 10);
            candidate("status-500", 10);
        }
        assertThat(judge.alarm()).isNull();
        candidate("status-503", 10);
        assertThat(alarm().reason()).contains("10 calls in a row failed, the last with status-503");
        assertThat(alarm().check()).isEqualTo(Judge.Check.FAILURES);
    }

    @Test
    void failures_refusedConnections_alarmSooner() {
        candidate("", 10);
        candidate("connect", 0);
        candidate("connect", 0);
        assertThat(judge.alarm()).isNull();
        candidate("connect", 0);
        assertThat(alarm().reason()).contains("refused 3 connections in a row");
    }

    @Test
    void failures_logitsThatAreNotFinite_alarmAtOnce() {
        candidate("not-finite", 5);

        assertThat(judge.alarm()).isEqualTo(new Judge.Alarm(Judge.Check.FAILURES, "its logits are not finite"));
    }

    @Test
    void failures_whileItsServerLoadsIt_countForNothing_butNotForLongerThanTheGrace() {
        for (int i = 0; i < 100; i++) {
            judge.add(outcome(Arm.CANARY, CANDIDATE, "connect", 0, BEGAN.plusMillis(i)));
        }
        assertThat(judge.alarm()).isNull();
        assertThat(judge.failures()).isNaN();
        for (int i = 0; i < config.unreachableInARow(); i++) {
            judge.add(outcome(Arm.CANARY, CANDIDATE, "connect", 0, BEGAN.plus(config.grace())));
        }
        assertThat(judge.alarm()).isNotNull();
    }

    @Test
    void failures_moreOftenThanTheChampion_alarm() {
        for (int i = 0; i < 3000 && judge.alarm() == null; i++) {
            candidate(random.nextDouble() < 0.1 ? "status-500" : "", 10);
            champion(random.nextDouble() < 0.02 ? "status-500" : "", 10);
        }
        assertThat(alarm().reason()).contains("fails more often than champion");
    }

    @Test
    void failures_asOftenAsTheChampion_orOfOthers_noAlarm() {
        for (int i = 0; i < 3000; i++) {
            candidate(random.nextDouble() < 0.1 ? "status-500" : "", 10);
            champion(random.nextDouble() < 0.1 ? "status-500" : "", 10);
            judge.add(outcome(Arm.CANARY, "0000000003-c", "status-500", 10, BEGAN));
            judge.add(outcome(Arm.PRODUCTION, "", "", 10, BEGAN));
        }
        assertThat(judge.alarm()).isNull();
        assertThat(judge.failures()).isBetween(0.05, 0.15);
    }

    @Test
    void failures_withoutAChampion_areComparedWithProductions() {
        Judge first = new Judge(config, CANDIDATE, null);
        for (int i = 0; i < 2000; i++) {
            first.add(outcome(Arm.CANARY, CANDIDATE, i % 5 == 1 ? "status-500" : "", 10, BEGAN));
            first.add(outcome(Arm.PRODUCTION, "", "", 10, BEGAN));
            first.addScored(CANDIDATE, "c" + i, 3.9);
        }
        Judge.Alarm alarm = Objects.requireNonNull(first.alarm());
        assertThat(alarm.reason()).contains("more often than production");
        assertThat(first.evidence()).containsEntry("judge likelihood", "not compared: there is no champion");
    }

    @Test
    void latency_moreSlowAnswers_alarm_andSlowerByLessThanTheMargin_none() {
        Judge slightly = new Judge(config, CANDIDATE, CHAMPION);
        for (int i = 0; i < 3000; i++) {
            int millis = 80 + random.nextInt(40);
            champion("", millis);
            slightly.add(outcome(Arm.CHAMPION, CHAMPION, "", millis, BEGAN));
            candidate("", random.nextDouble() < 0.3 ? 500 : millis);
            slightly.add(outcome(Arm.CANARY, CANDIDATE, "", random.nextDouble() < 0.05 ? 500 : millis, BEGAN));
        }
        assertThat(alarm().check()).isEqualTo(Judge.Check.LATENCY);
        assertThat(slightly.alarm()).isNull();
    }

    @Test
    void likelihood_worseByMoreThanTheMargin_alarm() {
        for (int i = 0; i < 2000; i++) {
            judge.addScored(CANDIDATE, "c" + i, 1.5 + random.nextGaussian() * 0.3);
            judge.addScored(CHAMPION, "d" + i, 1.0 + random.nextGaussian() * 0.3);
        }
        assertThat(alarm().check()).isEqualTo(Judge.Check.LIKELIHOOD);
        assertThat(alarm().reason()).contains("2000 conversations");
    }

    @Test
    void likelihood_turnsOfOneConversation_countOnce() {
        for (int i = 0; i < 2000; i++) {
            judge.addScored(CANDIDATE, "c", 3.9);
            judge.addScored(CHAMPION, "d" + i, 1.0);
        }
        assertThat(judge.alarm()).isNull();
        assertThat(judge.evidence().get("judge likelihood")).contains("of 1 conversations");
    }

    private Judge.Alarm alarm() {
        return Objects.requireNonNull(judge.alarm());
    }

    private void candidate(String failure, long millis) {
        judge.add(outcome(Arm.CANARY, CANDIDATE, failure, millis, BEGAN));
    }

    private void champion(String failure, long millis) {
        judge.add(outcome(Arm.CHAMPION, CHAMPION, failure, millis, BEGAN));
    }

    private static ServedOutcome outcome(Arm arm, String snapshot, String failure, long millis, Instant at) {
        return new ServedOutcome(
                at, "", "conversation", "default", arm, snapshot, failure, millis, millis, false, false);
    }
}
