package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * α (η HAD + β SL + γ SD): Cui et al., AAAI 2025. What is null is the variant's own: the paper's, or for {@code released} the
 * authors' code's.
 *
 * @param variant {@code none} for no MultiLevelOT, {@code spelled} for transport by spelling, {@code paper} for the paper's
 *     equations, {@code released} for what the authors' code computes, {@code stable} for the same terms at positions and
 *     columns that the text aligns
 * @param matching how {@code released} matches the student's columns with the teacher's: by rank, or greedily
 * @param alpha the weight of the three terms together; if not set, the variant's own; 0 leaves them out. For
 *     {@code spelled} the part of a label's weight that the teacher's distribution takes over, at most 1
 * @param alphaGiven for {@code spelled}, α on responses that neither teacher nor student wrote, where the teacher predicts
 *     held-out ones at least as well as the student
 * @param trustBytes for {@code spelled}, the number of bytes n in the factor 2^(−n d) on {@code alpha-given}, with d the bits
 *     per byte by which the student predicts held-out ones better than the teacher; 0 keeps {@code alpha-given} as it is
 * @param eta the weight of the holistic absolute difference among the three; if not set, the variant's own
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
        double alphaGiven,
        int trustBytes,
        @Nullable Double eta,
        @Nullable Double beta,
        @Nullable Double gamma,
        int k,
        double temperatureSequential,
        double temperatureSinkhorn,
        double lambda,
        @Nullable Integer rounds,
        Ramp ramp)
        implements LossTerm {

    /** On given responses a teacher is not always right, and the label not its own draw. */
    public static final double DEFAULT_ALPHA_GIVEN = 0.5;

    /** Of {@code trust-bytes}: about two words. */
    public static final int DEFAULT_TRUST_BYTES = 8;

    /** What the released code adds to a deviation before it divides by it. */
    private static final double RELEASED_EPSILON = 1e-4;

    public MultiLevelOt {
        Check.that(
                variant != Variant.NONE || alpha == null || !(alpha > 0),
                "variant",
                variant,
                "spelled, paper, released or stable beside alpha " + alpha);
        Check.between("alphaGiven", alphaGiven, 0.0, 1.0);
        Check.atLeast("trustBytes", trustBytes, 0);
        if (variant == Variant.SPELLED) {
            Check.between("alpha", alpha == null ? 1 : alpha, 0.0, 1.0);
            Check.that(
                    gamma == null || gamma == 0,
                    "gamma",
                    gamma == null ? 0 : gamma,
                    "0 with variant spelled, which leaves nothing to match");
        }
        Check.atLeast("eta", eta == null ? 0 : eta, 0.0);
        Check.atLeast("k", k, 1);
        Check.atLeast("rounds", rounds == null ? 1 : rounds, 1);
        Check.above("temperatureSequential", temperatureSequential, 0.0);
        Check.above("temperatureSinkhorn", temperatureSinkhorn, 0.0);
        Check.above("lambda", lambda, 0.0);
        Check.atLeast("alpha", alpha == null ? 0 : alpha, 0.0);
        Check.atLeast("beta", beta == null ? 0 : beta, 0.0);
        Check.atLeast("gamma", gamma == null ? 0 : gamma, 0.0);
    }

    /** Which MultiLevelOT is meant. */
    public enum Variant {
        /** None of its terms. */
        NONE,
        /** The transport that the spelling of the tokens gives. */
        SPELLED,
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

    /** With the weights of the variant. */
    public static MultiLevelOt of(Variant variant) {
        return new MultiLevelOt(
                variant,
                Matching.SORT,
                null,
                DEFAULT_ALPHA_GIVEN,
                DEFAULT_TRUST_BYTES,
                null,
                null,
                null,
                50,
                1.0,
                2.0,
                0.1,
                null,
                Ramp.NONE);
    }

    public MultiLevelOt with(Matching other) {
        return new MultiLevelOt(
                variant,
                other,
                alpha,
                alphaGiven,
                trustBytes,
                eta,
                beta,
                gamma,
                k,
                temperatureSequential,
                temperatureSinkhorn,
                lambda,
                rounds,
                ramp);
    }

    /** α of the paper is 0.15, of the released code 1.5, and of ours 1: its terms are means. */
    @Override
    public double weight() {
        return alpha != null
                ? alpha
                : switch (variant) {
                    case NONE -> 0;
                    case PAPER -> 0.15;
                    case RELEASED -> 1.5;
                    case SPELLED, STABLE -> 1.0;
                };
    }

    /**
     * α on responses that neither teacher nor student wrote: {@code alpha-given}, times how much less likely
     * {@code trust-bytes} bytes of such a text are to the teacher than to the student, where they are. A teacher that
     * predicts these texts worse than the student has little to teach about them.
     *
     * @param lead −d, the bits per byte by which the teacher predicts held-out ones better; NaN while none were measured
     */
    public double alphaOnGiven(double lead) {
        return Double.isNaN(lead) ? alphaGiven : alphaGiven * Math.min(1, Math.pow(2, trustBytes * lead));
    }

    double holisticWeight() {
        return eta != null ? eta : variant == Variant.SPELLED ? 0.0 : 1.0;
    }

    double sequentialWeight() {
        return beta != null ? beta : variant == Variant.STABLE || variant == Variant.SPELLED ? 1.0 : 0.1;
    }

    double sinkhornWeight() {
        return gamma != null ? gamma : variant == Variant.SPELLED ? 0.0 : 0.1;
    }

    int sinkhornRounds() {
        return rounds != null ? rounds : variant == Variant.RELEASED ? 10 : 20;
    }

    @Override
    public List<LossValue> values() {
        return List.of(
                new LossValue("holistic_absolute_difference", "HAD", holisticWeight()),
                new LossValue("sequential_logarithmic", "SL", sequentialWeight()),
                new LossValue("sinkhorn_distance", "SD", sinkhornWeight()));
    }

    @Override
    public List<LossScript> scripts() {
        return List.of(
                new LossScript("multilevelot_spelled", setting(Variant.SPELLED), View.TRANSPORT, 0),
                new LossScript("multilevelot", setting(Variant.PAPER), View.COLUMNS, k),
                new LossScript("multilevelot_released", setting(Variant.RELEASED), View.STANDARDISED, k),
                new LossScript("multilevelot_stable", setting(Variant.STABLE), View.COLUMNS, k));
    }

    @Override
    public Set<TargetNeed> needs() {
        return switch (variant) {
            case NONE -> Set.of();
            case SPELLED -> Set.of(TargetNeed.TRANSPORT);
            case PAPER -> Set.of(TargetNeed.COLUMNS, TargetNeed.SEQUENCE_SELECTION);
            case RELEASED -> Set.of(TargetNeed.COLUMNS, TargetNeed.SEQUENCE_SELECTION, TargetNeed.STANDARDISED_RANKING);
            case STABLE -> Set.of(TargetNeed.PAIRED_COLUMNS, TargetNeed.SEQUENCE_SELECTION);
        };
    }

    @Override
    public Map<String, Double> settings(double weight) {
        Map<String, Double> settings = new LinkedHashMap<>();
        settings.put(setting(variant), 1.0);
        settings.put("alpha", weight);
        settings.put("eta", holisticWeight());
        settings.put("beta", sequentialWeight());
        if (variant == Variant.SPELLED) {
            settings.put("alpha_given", alphaGiven);
            settings.put("trust_bytes", (double) trustBytes);
            return settings;
        }
        settings.put("gamma", sinkhornWeight());
        settings.put("k", (double) k);
        settings.put("temperature_sl", temperatureSequential);
        settings.put("temperature_sd", temperatureSinkhorn);
        settings.put("lambda", lambda);
        settings.put("rounds", (double) sinkhornRounds());
        settings.put("greedy", matching == Matching.GREEDY ? 1.0 : 0.0);
        settings.put("epsilon", RELEASED_EPSILON);
        return settings;
    }

    @Override
    public Map<String, LossTerm> presets() {
        Map<String, LossTerm> presets = new LinkedHashMap<>();
        presets.put("multilevelot spelled", of(Variant.SPELLED));
        presets.put("multilevelot paper", of(Variant.PAPER));
        presets.put("multilevelot released/sort", of(Variant.RELEASED));
        presets.put("multilevelot released/greedy", of(Variant.RELEASED).with(Matching.GREEDY));
        presets.put("multilevelot stable", of(Variant.STABLE));
        return presets;
    }

    private static String setting(Variant variant) {
        return variant.name().toLowerCase(Locale.ROOT);
    }
}
