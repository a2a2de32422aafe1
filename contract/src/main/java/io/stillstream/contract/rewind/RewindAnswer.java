package io.stillstream.contract.rewind;

import io.stillstream.contract.rejection.ContractException;
import java.time.Instant;

/**
 * What a trainer made of a {@link RewindOrder}: a record of {@code student-training-control}.
 *
 * @param order the order's id
 * @param trainer the id of the trainer's data directory
 * @param refusal why it was refused, and training went on; empty where it was obeyed
 * @param snapshot that training goes on from; that of the order where it was refused
 * @param step of that snapshot; 0 where it was refused
 * @param abandonedSteps that training had taken after it
 * @param quarantined what is passed over because of it, for people: the first ranges, and how many there are
 * @param records how many of these records had been trained on
 */
public record RewindAnswer(
        String order,
        String trainer,
        String refusal,
        String snapshot,
        long step,
        long abandonedSteps,
        String quarantined,
        long records,
        Instant at) {

    public RewindAnswer {
        if (order.isBlank() || trainer.isBlank() || step < 0 || abandonedSteps < 0 || records < 0) {
            throw new ContractException("the answer of the trainer '" + trainer + "' to '" + order + "' tells of step "
                    + step + ", " + abandonedSteps + " steps and " + records
                    + " records; expected names, and no negative number");
        }
    }

    public boolean isRefused() {
        return !refusal.isEmpty();
    }
}
