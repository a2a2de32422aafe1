package io.stillstream.pipeline.run;

import io.stillstream.configuration.Durations;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.follower.RolloutFollower;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollout's state while it may be relied on: for some time after brokers have gone, since what they would say is most often the
 * same, and no longer, since it may be that a snapshot was taken back. Thread-safe.
 */
final class KnownRollout implements Supplier<Optional<RolloutState>> {

    private static final Logger LOG = LoggerFactory.getLogger(KnownRollout.class);

    private final RolloutFollower follower;
    private final Duration maxAge;
    private volatile boolean old;

    KnownRollout(RolloutFollower follower, Duration maxAge) {
        this.follower = follower;
        this.maxAge = maxAge;
    }

    @Override
    public Optional<RolloutState> get() {
        boolean tooOld = follower.unconfirmed().compareTo(maxAge) > 0;
        if (tooOld != old) {
            old = tooOld;
            say();
        }
        return tooOld ? Optional.empty() : follower.state();
    }

    private void say() {
        if (old) {
            LOG.warn(
                    "no broker has confirmed the rollout's state for {} (proxy.rollout.state-max-age): production"
                            + " answers everything",
                    Durations.format(maxAge));
        } else {
            LOG.info("the rollout's state is known again");
        }
    }
}
