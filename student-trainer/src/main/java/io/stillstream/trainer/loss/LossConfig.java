package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;
import io.stillstream.student.batch.TargetNeeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What training minimises: a weighted sum of terms. A term of weight 0 is left out and costs nothing.
 *
 * @param labels which text supplies the labels of the cross-entropy: the {@code response} that the teacher scored, the
 *     prompt's {@code reference}, or the response where the {@code teacher} generated it
 * @param crossEntropy cross-entropy on the labels
 * @param multilevelot MultiLevelOT, Cui et al., AAAI 2025
 * @param uld Universal Logit Distillation, Boizard et al., 2402.12030
 * @param alignedLikelihood likelihoods of spans that both tokenizers have, after Minixhofer et al., 2503.20083
 * @param kl KL divergence where teacher and student have one vocabulary
 */
public record LossConfig(
        Labels labels,
        CrossEntropy crossEntropy,
        MultiLevelOt multilevelot,
        Uld uld,
        AlignedLikelihood alignedLikelihood,
        Kl kl) {

    public LossConfig {
        Check.that(
                !names(crossEntropy, multilevelot, uld, alignedLikelihood, kl).isEmpty(),
                "crossEntropy.weight",
                crossEntropy.weight,
                "above 0 where every other loss has the weight 0");
        Check.that(
                !(uld.weight > 0 && multilevelot.isOn()),
                "uld.weight",
                uld.weight,
                "0 beside multilevelot: they need records of different selections (token and sequence), and a stream"
                        + " has one");
    }

    /** Cross-entropy on the response that the teacher scored, alone. */
    public static LossConfig crossEntropyAlone() {
        return new LossConfig(
                Labels.RESPONSE,
                new CrossEntropy(1, Ramp.NONE),
                MultiLevelOt.of(Variant.NONE),
                new Uld(0, 50, Ramp.NONE),
                new AlignedLikelihood(0, 1, Ramp.NONE),
                new Kl(0, Ramp.NONE));
    }

    /**
     * Cross-entropy on the response and the aligned likelihood: what did best on held-out text in the bake-off that the
     * README tells of.
     */
    public static LossConfig defaults() {
        return crossEntropyAlone().with(new AlignedLikelihood(1, 1, Ramp.NONE));
    }

    /** Cross-entropy and MultiLevelOT, with the weights of the variant. */
    public static LossConfig multiLevelOt(Variant variant) {
        return crossEntropyAlone().with(MultiLevelOt.of(variant));
    }

    public LossConfig with(MultiLevelOt other) {
        return new LossConfig(labels, crossEntropy, other, uld, alignedLikelihood, kl);
    }

    public LossConfig with(AlignedLikelihood other) {
        return new LossConfig(labels, crossEntropy, multilevelot, uld, other, kl);
    }

    public LossConfig with(Labels other) {
        return new LossConfig(other, crossEntropy, multilevelot, uld, alignedLikelihood, kl);
    }

    public LossConfig with(CrossEntropy other) {
        return new LossConfig(labels, other, multilevelot, uld, alignedLikelihood, kl);
    }

    public LossConfig with(Uld other) {
        return new LossConfig(labels, crossEntropy, multilevelot, other, alignedLikelihood, kl);
    }

    public LossConfig with(Kl other) {
        return new LossConfig(labels, crossEntropy, multilevelot, uld, alignedLikelihood, other);
    }

    /** Which text supplies the labels of the cross-entropy. The teacher's distributions are always over its response. */
    public enum Labels {
        /** The prompt's reference, the ground truth: labelled distillation, or plain fine-tuning. */
        REFERENCE,
        /** The response that the teacher scored, whoever wrote it. */
        RESPONSE,
        /** That response where the teacher wrote it: unlabelled distillation, or sequence-level KD. */
        TEACHER
    }

    /** Which MultiLevelOT is meant. */
    public enum Variant {
        /** None of its terms. */
        NONE,
        /** The equations of Cui et al., AAAI 2025. */
        PAPER,
        /** What the authors' released code computes. */
        RELEASED,
        /** Ours: the same terms at positions and columns that the text aligns. */
        STABLE
    }

    /** How the released code matches the student's columns with the teacher's. */
    public enum Matching {
        /** Each side ranked by its column sums. */
        SORT,
        /** Each of the teacher's columns takes the nearest that is left. */
        GREEDY
    }

    /**
     * A factor on a term's weight: linear from {@code from} to {@code to} over so many optimizer steps, then {@code to}.
     *
     * @param from the factor at the first step
     * @param to the factor after the last step of the ramp
     * @param steps optimizer steps of the ramp; 0 for none
     */
    public record Ramp(double from, double to, int steps) {

        public static final Ramp NONE = new Ramp(1, 1, 0);

        public Ramp {
            Check.atLeast("from", from, 0.0);
            Check.atLeast("to", to, 0.0);
            Check.atLeast("steps", steps, 0);
        }

        /** @param step the optimizer step that is being taken, the first being 1 */
        double factor(long step) {
            return step > steps ? to : from + (to - from) * (step - 1) / steps;
        }
    }

    /**
     * −(1/T) Σ_t log s(t)[label_t].
     *
     * @param weight the weight of this term in the loss
     * @param ramp changes the weight over the first steps
     */
    public record CrossEntropy(double weight, Ramp ramp) {

        public CrossEntropy {
            Check.atLeast("weight", weight, 0.0);
        }
    }

    /**
     * α (HAD + β SL + γ SD): Cui et al., AAAI 2025. What is null is the variant's own: the paper's, or for
     * {@code released} the authors' code's.
     *
     * @param variant {@code none} for no MultiLevelOT, {@code paper} for its equations, {@code released} for what the
     *     authors' code computes, {@code stable} for the same terms at positions and columns that the text aligns
     * @param matching how {@code released} matches the student's columns with the teacher's: by rank, or greedily
     * @param alpha the weight of the three terms together; if not set, the variant's own; 0 leaves them out
     * @param beta the weight of the sequential logarithmic term among them; if not set, the variant's own
     * @param gamma the weight of the Sinkhorn distance among them; if not set, the variant's own
     * @param k how many columns of the ranked distributions count
     * @param temperatureSequential τ_SL, the temperature of the sequential logarithmic term, of {@code paper} alone
     * @param temperatureSinkhorn τ_SD, the temperature of the Sinkhorn distance
     * @param lambda the entropic regularisation of the Sinkhorn distance
     * @param rounds its normalisation rounds N; if not set, the variant's own
     * @param ramp changes the weight over the first steps
     */
    public record MultiLevelOt(
            Variant variant,
            Matching matching,
            @Nullable Double alpha,
            @Nullable Double beta,
            @Nullable Double gamma,
            int k,
            double temperatureSequential,
            double temperatureSinkhorn,
            double lambda,
            @Nullable Integer rounds,
            Ramp ramp) {

        public MultiLevelOt {
            Check.that(
                    variant != Variant.NONE || alpha == null || !(alpha > 0),
                    "variant",
                    variant,
                    "paper, released or stable beside alpha " + alpha);
            Check.atLeast("k", k, 1);
            Check.atLeast("rounds", rounds == null ? 1 : rounds, 1);
            Check.above("temperatureSequential", temperatureSequential, 0.0);
            Check.above("temperatureSinkhorn", temperatureSinkhorn, 0.0);
            Check.above("lambda", lambda, 0.0);
            Check.atLeast("alpha", alpha == null ? 0 : alpha, 0.0);
            Check.atLeast("beta", beta == null ? 0 : beta, 0.0);
            Check.atLeast("gamma", gamma == null ? 0 : gamma, 0.0);
        }

        public static MultiLevelOt of(Variant variant) {
            return new MultiLevelOt(variant, Matching.SORT, null, null, null, 50, 1.0, 2.0, 0.1, null, Ramp.NONE);
        }

        public MultiLevelOt with(Matching other) {
            return new MultiLevelOt(
                    variant,
                    other,
                    alpha,
                    beta,
                    gamma,
                    k,
                    temperatureSequential,
                    temperatureSinkhorn,
                    lambda,
                    rounds,
                    ramp);
        }

        boolean isOn() {
            return weight() > 0;
        }

        /** α of the paper is 0.15, of the released code 1.5, and of ours 1: its terms are means. */
        double weight() {
            return alpha != null
                    ? alpha
                    : switch (variant) {
                        case NONE -> 0;
                        case PAPER -> 0.15;
                        case RELEASED -> 1.5;
                        case STABLE -> 1.0;
                    };
        }

        double sequentialWeight() {
            return beta != null ? beta : variant == Variant.STABLE ? 1.0 : 0.1;
        }

        double sinkhornWeight() {
            return gamma != null ? gamma : 0.1;
        }

        int sinkhornRounds() {
            return rounds != null ? rounds : variant == Variant.RELEASED ? 10 : 20;
        }
    }

    /**
     * Universal Logit Distillation, Boizard et al., 2402.12030; its paper's weight is 1.5.
     *
     * @param weight the weight of this term in the loss
     * @param k how many of each position's most probable tokens count
     * @param ramp changes the weight over the first steps
     */
    public record Uld(double weight, int k, Ramp ramp) {

        public Uld {
            Check.atLeast("weight", weight, 0.0);
            Check.atLeast("k", k, 1);
        }
    }

    /**
     * Binary cross-entropy of the likelihoods of spans that both tokenizers cut, after Minixhofer et al., 2503.20083.
     *
     * @param weight the weight of this term in the loss
     * @param temperature τ; likelihoods p count as p^(1/τ)
     * @param ramp changes the weight over the first steps
     */
    public record AlignedLikelihood(double weight, double temperature, Ramp ramp) {

        public AlignedLikelihood {
            Check.atLeast("weight", weight, 0.0);
            Check.above("temperature", temperature, 0.0);
        }
    }

    /**
     * KL(t ‖ s) where teacher and student have one vocabulary, with the tail as one bucket.
     *
     * @param weight the weight of this term in the loss
     * @param ramp changes the weight over the first steps
     */
    public record Kl(double weight, Ramp ramp) {

        public Kl {
            Check.atLeast("weight", weight, 0.0);
        }
    }

    /** The terms that a step reports, by the names they have as meters, in the order of the training script. */
    public List<String> terms() {
        return names(crossEntropy, multilevelot, uld, alignedLikelihood, kl);
    }

    /** What the records must carry. */
    public TargetNeeds needs() {
        boolean ranked = multilevelot.isOn();
        return new TargetNeeds(
                (ranked && multilevelot.variant != Variant.STABLE) || uld.weight > 0,
                ranked && multilevelot.variant == Variant.STABLE,
                alignedLikelihood.weight > 0,
                kl.weight > 0,
                ranked,
                ranked && multilevelot.variant == Variant.RELEASED,
                uld.weight > 0);
    }

    /** The settings of the terms that are on, with their weights at a step, as the training script reads them. */
    public Map<String, Double> settings(long step) {
        Map<String, Double> settings = new LinkedHashMap<>();
        if (crossEntropy.weight > 0) {
            settings.put("cross_entropy", crossEntropy.weight * crossEntropy.ramp.factor(step));
        }
        if (multilevelot.isOn()) {
            settings.put(
                    switch (multilevelot.variant) {
                        case NONE -> throw new IllegalStateException("no variant has no weight");
                        case PAPER -> "paper";
                        case RELEASED -> "released";
                        case STABLE -> "stable";
                    },
                    1.0);
            settings.put("alpha", multilevelot.weight() * multilevelot.ramp.factor(step));
            settings.put("beta", multilevelot.sequentialWeight());
            settings.put("gamma", multilevelot.sinkhornWeight());
            settings.put("k", (double) multilevelot.k);
            settings.put("temperature_sl", multilevelot.temperatureSequential);
            settings.put("temperature_sd", multilevelot.temperatureSinkhorn);
            settings.put("lambda", multilevelot.lambda);
            settings.put("rounds", (double) multilevelot.sinkhornRounds());
            settings.put("greedy", multilevelot.matching == Matching.GREEDY ? 1.0 : 0.0);
            settings.put("epsilon", RELEASED_EPSILON);
        }
        if (uld.weight > 0) {
            settings.put("uld", uld.weight * uld.ramp.factor(step));
            settings.put("uld_k", (double) uld.k);
        }
        if (alignedLikelihood.weight > 0) {
            settings.put("aligned_likelihood", alignedLikelihood.weight * alignedLikelihood.ramp.factor(step));
            settings.put("aligned_temperature", alignedLikelihood.temperature);
        }
        if (kl.weight > 0) {
            settings.put("kl", kl.weight * kl.ramp.factor(step));
        }
        return settings;
    }

    /** What the released code adds to a deviation before it divides by it. */
    private static final double RELEASED_EPSILON = 1e-4;

    /** The loss as manifests state it. */
    public Map<String, String> describe() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("name", String.join("+", terms()));
        description.put("labels", labels.name().toLowerCase(java.util.Locale.ROOT));
        settings(Long.MAX_VALUE).forEach((name, value) -> description.put(name, value.toString()));
        return description;
    }

    private static List<String> names(
            CrossEntropy crossEntropy, MultiLevelOt multilevelot, Uld uld, AlignedLikelihood aligned, Kl kl) {
        List<String> names = new ArrayList<>();
        if (crossEntropy.weight > 0) {
            names.add("cross_entropy");
        }
        if (multilevelot.isOn()) {
            names.addAll(List.of("holistic_absolute_difference", "sequential_logarithmic", "sinkhorn_distance"));
        }
        if (uld.weight > 0) {
            names.add("uld");
        }
        if (aligned.weight > 0) {
            names.add("aligned_likelihood");
        }
        if (kl.weight > 0) {
            names.add("kl");
        }
        return names;
    }
}
