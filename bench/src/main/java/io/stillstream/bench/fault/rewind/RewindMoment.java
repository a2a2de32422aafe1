package io.stillstream.bench.fault.rewind;

import java.time.Duration;

/** When something is killed around an order. */
enum RewindMoment {

    /** The command finds no controller. */
    CONTROLLER_DOWN(Duration.ofMillis(400)),
    /** While the controller reads the command, asks for the topic's ends, and writes decision and order. */
    CONTROLLER_WRITING(Duration.ofMillis(60)),
    /** The order finds no trainer. */
    TRAINER_DOWN(Duration.ZERO),
    /** While a trainer starts that finds an order. */
    TRAINER_STARTING(Duration.ofSeconds(3)),
    /** From the moment that the order can be read: before it is, and while it is obeyed. */
    ORDER_READ(Duration.ofMillis(200)),
    /** From the line in the ledger on: before the answer is written, and while the checkpoint is loaded. */
    ORDER_OBEYED(Duration.ofMillis(60)),
    /** From the answer on: while training goes on from there. */
    TRAINING_AGAIN(Duration.ofMillis(1_500));

    private final Duration latest;

    RewindMoment(Duration latest) {
        this.latest = latest;
    }

    /** How long after it the kill may come. */
    Duration latest() {
        return latest;
    }

    boolean isController() {
        return this == CONTROLLER_DOWN || this == CONTROLLER_WRITING;
    }
}
