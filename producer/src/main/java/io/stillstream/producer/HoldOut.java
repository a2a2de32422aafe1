package io.stillstream.producer;

import io.stillstream.contract.Digests;
import io.stillstream.contract.Split;

/**
 * Keeps a share of the conversations from training. The same conversation is always on the same side, in any process and
 * on any day: the first 64 bits of the sha256 of its id, read as a fraction, are compared with the share. A greater share
 * therefore holds out everything that a smaller one did.
 */
public final class HoldOut {

    private static final int HEX_DIGITS = 16;
    private static final double RANGE = 0x1p64;

    private final double fraction;

    public HoldOut(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new ProducerException("the held-out fraction is " + fraction + "; expected 0 to 1");
        }
        this.fraction = fraction;
    }

    public Split of(String conversationId) {
        long bits = Long.parseUnsignedLong(Digests.sha256(conversationId).substring(0, HEX_DIGITS), 16);
        double unsigned = (bits >>> 1) * 2.0 + (bits & 1);
        return unsigned / RANGE < fraction ? Split.HELD_OUT : Split.TRAIN;
    }
}
