package io.stillstream.pipeline.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.rollout.gate.GateConfig;
import io.stillstream.rollout.gate.Reason;
import io.stillstream.rollout.gate.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GateLooksTest {

    private static final Verdict HOLD = Verdict.of(List.of(
            new Reason("champion", Reason.Outcome.TOO_LITTLE, 0, 0, 0, 30, "not shown to be within the margin")));

    @Test
    void standing_evidenceThatHasNotGrownByHalf_isTheLastVerdict() {
        var looks = new GateLooks();
        assertThat(looks.standing(100)).as("before the first look").isEmpty();

        looks.said(HOLD, 100);

        assertThat(looks.standing(100)).contains(HOLD);
        assertThat(looks.standing(149)).contains(HOLD);
        assertThat(looks.standing(150)).isEmpty();
    }

    /** Of a hundred looks at a candidate that is worse by the margin, so few pass that all together have the level. */
    @Test
    void next_manyLooks_shareTheLevel() {
        GateConfig config = GateConfig.defaults();
        var looks = new GateLooks();
        double first = looks.next(config).level();
        double sum = first;
        for (int look = 2; look <= 100; look++) {
            double level = looks.next(config).level();
            assertThat(level).isLessThan(first);
            sum += level;
        }
        assertThat(sum).isBetween(0.99 * config.level(), config.level());
        assertThat(first).isGreaterThan(config.level() / 2);
    }
}
