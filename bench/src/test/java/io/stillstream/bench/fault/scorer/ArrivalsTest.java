package io.stillstream.bench.fault.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.bench.fault.ChaosPrompts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ArrivalsTest {

    private final Arrivals arrivals = new Arrivals(200);

    @Test
    void verdict_eachOnceInOrder_isClean() {
        for (int number = 0; number < 200; number++) {
            arrive(number);
        }
        assertThat(arrivals.verdict(200)).isEqualTo(new DeliveryResult(0, 0, 0, 0, 2));
        assertThat(arrivals.verdict(200).clean()).isTrue();
    }

    @Test
    void verdict_oneMissing_isLost() {
        for (int number = 1; number < 200; number++) {
            arrive(number);
        }
        assertThat(arrivals.verdict(200)).isEqualTo(new DeliveryResult(1, 0, 0, 0, 2));
    }

    @Test
    void verdict_oneTwice_isDuplicatedAndNotDisordered() {
        arrive(0);
        arrive(97);
        arrive(0);
        assertThat(arrivals.verdict(2)).isEqualTo(new DeliveryResult(0, 1, 0, 0, 0));
    }

    @Test
    void verdict_laterOfAConversationFirst_isDisordered() {
        arrive(97);
        arrive(0);
        arrive(1);
        assertThat(arrivals.verdict(3)).isEqualTo(new DeliveryResult(0, 0, 1, 0, 0));
    }

    @Test
    void verdict_wrongKeyOrTopic_isMisplaced() {
        arrivals.add(0, ChaosPrompts.conversation(1), false);
        arrivals.add(1, ChaosPrompts.conversation(1), true);
        assertThat(arrivals.verdict(2).misplaced()).isEqualTo(2);
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
