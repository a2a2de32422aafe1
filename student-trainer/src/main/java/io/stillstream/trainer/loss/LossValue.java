package io.stillstream.trainer.loss;

/**
 * A number that a term's script computes and a step reports.
 *
 * @param name as meters and manifests have it
 * @param abbreviation where a line has no room for the name
 * @param share its factor on the term's weight
 */
public record LossValue(String name, String abbreviation, double share) {

    /** The only value of its term. */
    static LossValue only(String name, String abbreviation) {
        return new LossValue(name, abbreviation, 1);
    }
}
