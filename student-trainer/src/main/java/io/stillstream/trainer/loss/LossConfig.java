package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What training minimises: a weighted sum of terms. A term of weight 0 is left out and costs nothing.
 * The components after {@code labels} are the list of all terms there are, in the order in which they are computed,
 * reported and stated in manifests.
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

    private static final LossConfig CROSS_ENTROPY_ALONE = new LossConfig(
            Labels.RESPONSE,
            new CrossEntropy(1, Ramp.NONE),
            MultiLevelOt.of(MultiLevelOt.Variant.NONE),
            new Uld(0, 50, Ramp.NONE),
            new AlignedLikelihood(0, 1, Ramp.NONE),
            new Kl(0, Ramp.NONE));

    public LossConfig {
        requireConsistent(List.of(crossEntropy, multilevelot, uld, alignedLikelihood, kl));
    }

    /** Every term, on or off. */
    List<LossTerm> all() {
        return List.of(crossEntropy, multilevelot, uld, alignedLikelihood, kl);
    }

    /** The same with another term of its kind. */
    public LossConfig with(LossTerm term) {
        return with(labels, term);
    }

    public LossConfig with(Labels other) {
        return with(other, null);
    }

    private LossConfig with(Labels labels, @Nullable LossTerm term) {
        return new LossConfig(
                labels,
                either(term, crossEntropy),
                either(term, multilevelot),
                either(term, uld),
                either(term, alignedLikelihood),
                either(term, kl));
    }

    @SuppressWarnings("unchecked")
    private static <T extends LossTerm> T either(@Nullable LossTerm changed, T present) {
        return changed != null && changed.getClass() == present.getClass() ? (T) changed : present;
    }

    /** Cross-entropy on the response that the teacher scored, alone. */
    public static LossConfig crossEntropyAlone() {
        return CROSS_ENTROPY_ALONE;
    }

    /** Cross-entropy on the response and transport by spelling: what did best on held-out text in our bake-off. */
    public static LossConfig defaults() {
        return multiLevelOt(MultiLevelOt.Variant.SPELLED);
    }

    /** Cross-entropy and MultiLevelOT, with the weights of the variant. */
    public static LossConfig multiLevelOt(MultiLevelOt.Variant variant) {
        return CROSS_ENTROPY_ALONE.with(MultiLevelOt.of(variant));
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

    /** The scripts of every term there is, on or off. */
    static List<LossScript> scripts() {
        return CROSS_ENTROPY_ALONE.all().stream()
                .flatMap(term -> term.scripts().stream())
                .toList();
    }

    /** Cross-entropy with each preset of each term, by the preset's name. */
    public static Map<String, LossConfig> presets() {
        Map<String, LossConfig> presets = new LinkedHashMap<>();
        CROSS_ENTROPY_ALONE
                .all()
                .forEach(term ->
                        term.presets().forEach((name, preset) -> presets.put(name, CROSS_ENTROPY_ALONE.with(preset))));
        return presets;
    }

    /** A value's name as short as a line of the terminal needs it; a name of no loss stays as it is. */
    public static String abbreviation(String name) {
        return CROSS_ENTROPY_ALONE.all().stream()
                .flatMap(term -> term.values().stream())
                .filter(value -> value.name().equals(name))
                .map(LossValue::abbreviation)
                .findFirst()
                .orElse(name);
    }

    /** The terms that are on, with their weights at a step. */
    public ActiveTerms at(long step) {
        return new ActiveTerms(on(all()), step);
    }

    /** The names of the values that a step reports, in the order in which the scripts compute them. */
    public List<String> terms() {
        return names(on(all()));
    }

    /** What the records must carry for the terms that are on. */
    public Set<TargetNeed> needs() {
        return needs(on(all()));
    }

    /** Whether a term learns from the labels alone. */
    public boolean readsLabels() {
        return on(all()).stream().anyMatch(term -> term.needs().isEmpty());
    }

    /** The loss as manifests state it. */
    public Map<String, String> describe() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("name", String.join("+", terms()));
        description.put("labels", labels.name().toLowerCase(Locale.ROOT));
        at(Long.MAX_VALUE).settings().forEach((name, value) -> description.put(name, value.toString()));
        return description;
    }

    private static void requireConsistent(List<LossTerm> all) {
        List<LossTerm> on = on(all);
        Check.that(
                !on.isEmpty(),
                "crossEntropy.weight",
                all.get(0).weight(),
                "above 0 where every other loss has the weight 0");
        Set<TargetNeed> needs = needs(on);
        Check.that(
                !needs.contains(TargetNeed.SEQUENCE_SELECTION) || !needs.contains(TargetNeed.TOKEN_SELECTION),
                needing(on, TargetNeed.TOKEN_SELECTION) + ".weight",
                "above 0",
                "0 beside " + needing(on, TargetNeed.SEQUENCE_SELECTION)
                        + ": they need records of different selections (token and sequence), and a stream has one");
    }

    private static String needing(List<LossTerm> on, TargetNeed need) {
        return String.join(
                "+",
                names(on.stream().filter(term -> term.needs().contains(need)).toList()));
    }

    private static List<LossTerm> on(List<LossTerm> all) {
        return all.stream().filter(LossTerm::isOn).toList();
    }

    private static List<String> names(List<LossTerm> terms) {
        return terms.stream()
                .flatMap(term -> term.values().stream())
                .map(LossValue::name)
                .toList();
    }

    private static Set<TargetNeed> needs(List<LossTerm> terms) {
        Set<TargetNeed> needs = EnumSet.noneOf(TargetNeed.class);
        terms.forEach(term -> needs.addAll(term.needs()));
        return needs;
    }
}
