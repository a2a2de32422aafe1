package io.stillstream.bench.trainer;

/**
 * An optimizer step in both.
 *
 * @param student its size
 * @param batch its sequences and their length
 * @param loss which loss
 * @param milliseconds ours
 * @param eagerMilliseconds the Hugging Face student's in eager PyTorch
 * @param share the step's operations a second, of those of a large matrix product of the same run
 * @param eagerShare likewise
 */
public record StepTiming(
        String student,
        String batch,
        String loss,
        double milliseconds,
        double eagerMilliseconds,
        double share,
        double eagerShare) {

    public double speedup() {
        return eagerMilliseconds / milliseconds;
    }
}
