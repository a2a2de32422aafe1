package io.stillstream.bench.fault.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.bench.fault.ChaosPrompts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {

    private final Arrivals arrivals = new Arrivals(200);

    @Test
    void result_eachOnceInOrder_isClean() {
        for (int number = 0; number < 200; number++) {
            arrive(number);
        }
        assertThat(arrivals.result(200)).isEqualTo(new DeliveryResult(0, 0, 0, 0, 2));
        assertThat(arrivals.result(200).clean()).isTrue();
    }

    @Test
    void result_oneMissing_isLost() {
        for (int number = 1; number < 200; number++) {
            arrive(number);
        }
        assertThat(arrivals.result(200)).isEqualTo(new DeliveryResult(1, 0, 0, 0, 2));
    }

    @Test
    void result_oneTwice_isDuplicatedAndNotDisordered() {
        arrive(0);
        arrive(97);
        arrive(0);
        assertThat(arrivals.result(2)).isEqualTo(new DeliveryResult(0, 1, 0, 0, 0));
    }

    @Test
    void result_laterOfAConversationFirst_isDisordered() {
        arrive(97);
        arrive(0);
        arrive(1);
        assertThat(arrivals.result(3)).isEqualTo(new DeliveryResult(0, 0, 1, 0, 0));
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

    private void arrive(int number) {
        arrivals.add(number, ChaosPrompts.conversation(number), ChaosPrompts.isDead(number));
    }
}
