package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;
import java.time.Duration;
import java.time.Instant;

/**
 * The sign of life of a rollout's controller: a record of {@code student-rollout} under one key.
 *
 * @param controller which process: another one with each start
 * @param at when it was written
 * @param validFor how long the controller counts as running without another one
 */
public record ControllerHeartbeat(String controller, Instant at, Duration validFor) {

    public ControllerHeartbeat {
        if (controller.isBlank() || validFor.isNegative()) {
            throw new ContractException("the heartbeat of the controller '" + controller + "' is valid for " + validFor
                    + "; expected a name, and no less than nothing");
        }
    }

    public boolean isAliveAt(Instant now) {
        return Duration.between(at, now).compareTo(validFor) < 0;
    }
}
