package io.stillstream.bench.memory;

/**
 * Resident bytes of a process that trains, beyond what it had before it loaded anything.
 *
 * @param loading the peak while the student was loaded
 * @param loaded the student's
 * @param step the peak of two steps, with the optimizer
 * @param checkpoint the peak while weights and moments were copied
 * @param evaluation the peak of an evaluation after them
 */
public record TrainingFigure(long loading, long loaded, long step, long checkpoint, long evaluation) {

    /** The most of all of these. */
    public long peak() {
        return Math.max(Math.max(loading, step), Math.max(checkpoint, evaluation));
    }
}
