package io.stillstream.producer;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Split;

/**
 * Decides which conversations are held out from training. The decision depends on the conversation's id alone: the first 64
 * bits of its sha256, read as a fraction, are compared with the share to hold out. Every process therefore decides alike, and
 * a greater share holds out everything that a smaller one does.
 */
public final class HoldOut {

    private final double fraction;

    public HoldOut(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new ProducerException("the held-out fraction is " + fraction + "; expected 0 to 1");
        }
        this.fraction = fraction;
    }

    public Split of(String conversationId) {
        return Digests.fraction(conversationId) < fraction ? Split.HELD_OUT : Split.TRAIN;
    }
}
