package io.stillstream.bench.fault.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.contract.source.EndOfSource;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {

    private final Arrivals arrivals = new Arrivals(200, 2);

    @Test
    void result_eachOnceInOrder_isClean() {
        arrive(0, 100);
        endAt(100);
        arrive(100, 200);
        endAt(200);
        assertThat(arrivals.result(200)).isEqualTo(new DeliveryResult(0, 0, 0, 0, 0, 2));
        assertThat(arrivals.result(200).clean()).isTrue();
    }

    @Test
    void result_oneMissing_isLost() {
        arrive(1, 100);
        assertThat(arrivals.result(99)).isEqualTo(new DeliveryResult(0, 0, 0, 0, 0, 1));
        assertThat(arrivals.result(100).lost()).isOne();
    }

    @Test
    void result_endBeforeAPromptOfItsSource_isWrong() {
        arrive(1, 100);
        endAt(100);
        assertThat(arrivals.result(100).wrongEnds()).isOne();
    }

    @Test
    void result_endThatLacksAMarker_isLost() {
        arrive(0, 100);
        arrivals.addEnd(end(100, 0), 0);
        arrivals.addEnd(end(100, 1), 1);
        arrivals.addEnd(end(100, 1), 0);
        assertThat(arrivals.result(100).wrongEnds()).isOne();
        assertThat(arrivals.result(100).clean()).isFalse();
    }

    @Test
    void result_markerTwice_isWrong() {
        arrive(0, 100);
        arrivals.addEnd(end(100, 0), 0);
        endAt(100);
        assertThat(arrivals.result(100).wrongEnds()).isOne();
    }

    @Test
    void result_oneTwice_isDuplicatedAndNotDisordered() {
        arrive(0);
        arrive(97);
        arrive(0);
        assertThat(arrivals.result(2)).isEqualTo(new DeliveryResult(0, 1, 0, 0, 0, 0));
    }

    @Test
    void result_laterOfAConversationFirst_isDisordered() {
        arrive(97);
        arrive(0);
        arrive(1);
        assertThat(arrivals.result(3)).isEqualTo(new DeliveryResult(0, 0, 1, 0, 0, 0));
    }

    @Test
    void result_wrongKeyOrTopic_isMisplaced() {
        arrivals.add(0, ChaosPrompts.conversation(1), false);
        arrivals.add(1, ChaosPrompts.conversation(1), true);
        assertThat(arrivals.result(2).misplaced()).isEqualTo(2);
    }

    @Test
    void killPlan_sameSeed_isTheSame() {
        Duration session = Duration.ofSeconds(6);
        assertThat(KillPlan.of(50, 2, session, 1)).isEqualTo(KillPlan.of(50, 2, session, 1));
        assertThat(KillPlan.of(50, 2, session, 1)).isNotEqualTo(KillPlan.of(50, 2, session, 2));
        assertThat(KillPlan.of(50, 2, session, 1))
                .anyMatch(kill -> kill.victim() == 0)
                .anyMatch(kill -> kill.victim() == 1)
                .anyMatch(kill -> kill.absence().compareTo(session) >= 0);
    }

    private void endAt(int prompts) {
        for (int partition = 0; partition < 2; partition++) {
            arrivals.addEnd(end(prompts, partition), 0);
            arrivals.addEnd(end(prompts, partition), 1);
        }
    }

    private static EndOfSource end(int prompts, int partition) {
        return new EndOfSource(Integer.toString(prompts), "chaos", partition, 2, Instant.EPOCH);
    }

    private void arrive(int from, int to) {
        for (int number = from; number < to; number++) {
            arrive(number);
        }
    }

    private void arrive(int number) {
        arrivals.add(number, ChaosPrompts.conversation(number), ChaosPrompts.isDead(number));
    }
}
