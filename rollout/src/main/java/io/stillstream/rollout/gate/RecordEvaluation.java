package io.stillstream.rollout.gate;

import org.jspecify.annotations.Nullable;

/**
 * What a snapshot made of one held-out record.
 *
 * @param coordinates of the record, as {@code teacher-targets-0@17}
 * @param conversation whose turn it is: turns of one conversation are no independent evidence
 * @param slice the tenant or task that it belongs to
 * @param forSlice whether it speaks for its slice alone: it is older than what the verdict rests on, and there because its slice has
 *     few others
 * @param bytes of the response, UTF-8, that the snapshot's tokens cover
 * @param nats the negative log-likelihood of these bytes; NaN where the snapshot gave none
 * @param teacherBytes of the response that the teacher scored
 * @param teacherNats the teacher's own
 * @param answer what is odd about the snapshot's greedy answer to the record's prompt; null where none was asked for
 */
public record RecordEvaluation(
        String coordinates,
        String conversation,
        String slice,
        boolean forSlice,
        int bytes,
        double nats,
        int teacherBytes,
        double teacherNats,
        @Nullable GreedyAnswer answer) {

    /**
     * @param empty whether it has no text
     * @param repeating whether it goes round in circles, see {@link Repetition}
     * @param tooLong whether the snapshot did not end it by itself
     */
    public record GreedyAnswer(boolean empty, boolean repeating, boolean tooLong) {

        /** Whether it is of no use to anybody. */
        boolean degenerate() {
            return empty || repeating;
        }
    }
}
