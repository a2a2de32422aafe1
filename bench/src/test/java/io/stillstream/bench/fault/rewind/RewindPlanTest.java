package io.stillstream.bench.fault.rewind;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RewindPlanTest {

    @Test
    void of_seed_isTheSameAgain_withThreeKillsAnOrder() {
        List<RewindPlan> plans = RewindPlan.of(12, new Random(3));
        assertThat(RewindPlan.of(12, new Random(3))).isEqualTo(plans);
        assertThat(RewindPlan.of(12, new Random(4))).isNotEqualTo(plans);
        assertThat(plans).allSatisfy(plan -> {
            assertThat(plan.kills()).hasSize(3);
            assertThat(plan.kills().stream().filter(RewindMoment::isController)).hasSize(1);
        });
        Set<RewindMoment> all = EnumSet.noneOf(RewindMoment.class);
        plans.forEach(plan -> all.addAll(plan.kills()));
        assertThat(all).containsExactlyInAnyOrder(RewindMoment.values());
    }

    @Test
    void of_tenant_isOrderedLast() {
        List<RewindPlan> plans = RewindPlan.of(3, new Random(1));
        assertThat(plans)
                .extracting(RewindPlan::asked)
                .containsExactly(RewindPlan.Asked.SINCE_CHAMPION, RewindPlan.Asked.RANGE, RewindPlan.Asked.TENANT);
    }
}
