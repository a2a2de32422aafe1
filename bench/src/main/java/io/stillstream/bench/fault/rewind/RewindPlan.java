package io.stillstream.bench.fault.rewind;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is ordered, and what is killed around it, as a seed decides.
 *
 * @param asked what the order quarantines
 * @param rollback whether it comes with the rollback of a candidate, or alone
 * @param kills one of the controller's and two of the trainer's
 */
record RewindPlan(Asked asked, boolean rollback, Set<RewindMoment> kills) {

    private static final int OF_THE_TRAINER = 2;

    /** What an order quarantines. */
    enum Asked {
        SINCE_CHAMPION,
        RANGE,
        TENANT
    }

    RewindPlan {
        kills = Collections.unmodifiableSet(EnumSet.copyOf(kills));
    }

    /** The last order is for a tenant: its records are passed over from then on, and orders after it had nothing to take back. */
    static List<RewindPlan> of(int orders, Random random) {
        List<RewindPlan> plans = new ArrayList<>();
        for (int number = 1; number <= orders; number++) {
            Asked asked = number == orders ? Asked.TENANT : number % 2 == 1 ? Asked.SINCE_CHAMPION : Asked.RANGE;
            Set<RewindMoment> kills = EnumSet.noneOf(RewindMoment.class);
            kills.addAll(drawn(1, true, random));
            kills.addAll(drawn(OF_THE_TRAINER, false, random));
            plans.add(new RewindPlan(asked, random.nextBoolean(), kills));
        }
        return plans;
    }

    boolean has(RewindMoment moment) {
        return kills.contains(moment);
    }

    private static List<RewindMoment> drawn(int count, boolean controller, Random random) {
        List<RewindMoment> moments = new ArrayList<>(Stream.of(RewindMoment.values())
                .filter(moment -> moment.isController() == controller)
                .toList());
        Collections.shuffle(moments, random);
        return moments.subList(0, count);
    }
}
