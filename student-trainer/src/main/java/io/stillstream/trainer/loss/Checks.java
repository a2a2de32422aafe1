package io.stillstream.trainer.loss;

import io.stillstream.trainer.TrainerException;

/** Range checks of settings. */
final class Checks {

    private Checks() {}

    static void requireNotNegative(String name, double value) {
        if (!(value >= 0)) {
            throw new TrainerException(name + " is " + value + "; expected 0 or more");
        }
    }

    static void requirePositive(String name, double value) {
        if (!(value > 0)) {
            throw new TrainerException(name + " is " + value + "; expected a number above 0");
        }
    }
}
