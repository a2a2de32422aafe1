package io.stillstream.trainer.loss;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One term of the loss: its settings are the keys of its section under {@code trainer.loss}, its formula is its script.
 *
 * <p>A new term is a record of this type, a component of {@link LossConfig}, and a script that has the functions which
 * {@link LossScript} asks for.
 */
public sealed interface LossTerm permits CrossEntropy, MultiLevelOt, Uld, AlignedLikelihood, Kl {

    /** Its weight in the sum, before the ramp; 0 leaves it out, and it costs nothing then. */
    double weight();

    /** How the weight changes over the first steps. */
    Ramp ramp();

    /** What its script computes, in the script's order. */
    List<LossValue> values();

    /** The scripts that it may run. It runs the one whose setting is among its {@link #settings}. */
    List<LossScript> scripts();

    /** What it reads of a record besides the text; nothing where the labels are enough. */
    Set<TargetNeed> needs();

    /**
     * Its settings by the names that its script reads and that manifests state. Names are unique among all terms.
     *
     * @param weight its weight at the step
     */
    Map<String, Double> settings(double weight);

    /** One of each of its variants, on, with its usual settings, by name: what benches and tests try. */
    Map<String, LossTerm> presets();

    default boolean isOn() {
        return weight() > 0;
    }
}
