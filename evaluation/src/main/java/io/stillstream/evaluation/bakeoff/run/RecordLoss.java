package io.stillstream.evaluation.bakeoff.run;

import java.util.List;

/**
 * A student's loss on one held-out response.
 *
 * @param nats its negative log-likelihood, given the prompt
 * @param bytes its UTF-8 bytes, as far as they fit the student's context window
 */
public record RecordLoss(double nats, int bytes) {

    public static final double NATS_PER_BIT = Math.log(2);

    /** The loss of all of them together: each byte counts the same. */
    public static double bitsPerByte(List<RecordLoss> losses) {
        double nats = losses.stream().mapToDouble(RecordLoss::nats).sum();
        long bytes = losses.stream().mapToLong(RecordLoss::bytes).sum();
        return nats / NATS_PER_BIT / bytes;
    }
}
