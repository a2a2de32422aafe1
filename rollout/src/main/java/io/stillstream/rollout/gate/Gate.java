package io.stillstream.rollout.gate;

import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.gate.Reason.Outcome;
import io.stillstream.statistics.PairedRatio;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges a candidate by what it and the champion made of the same held-out records.
 *
 * <p>It has to be shown that the candidate's bits per byte are no more than the champion's and a margin, one-sided, with
 * records of a conversation taken together ({@link PairedRatio}); and likewise no more than the best champion's so far,
 * because a little worse each time adds up. {@link Guards} fail a candidate that is shown to be worse in its answers or for one of
 * its slices.
 */
public final class Gate {

    private static final String CANDIDATE = "candidate";
    /** The check that compares with the champion, by its name. */
    public static final String CHAMPION = "champion";

    /** The check that compares with the best champion so far. */
    public static final String BEST = "best champion";

    private final GateConfig config;

    public Gate(GateConfig config) {
        this.config = config;
    }

    /**
     * @param best the evaluation of the best champion so far; null where that is the champion
     * @param rejected content hashes that are never promoted
     */
    public Verdict judge(
            SnapshotEvaluation candidate,
            SnapshotEvaluation champion,
            @Nullable SnapshotEvaluation best,
            Set<String> rejected) {
        List<Reason> reasons = new ArrayList<>();
        EvaluationCheck.problem(CHAMPION, candidate, champion).ifPresent(reasons::add);
        Optional.ofNullable(best)
                .flatMap(other -> EvaluationCheck.problem(BEST, candidate, other))
                .ifPresent(reasons::add);
        boolean comparable = reasons.isEmpty();
        if (rejected.contains(candidate.snapshot().contentHash())) {
            reasons.add(0, rejected(candidate.snapshot()));
        }
        if (!comparable) {
            return Verdict.of(reasons);
        }
        Pairs all = Pairs.of(candidate, champion);
        Pairs evidence = all.evidence();
        reasons.add(enough(evidence.records(), evidence.clusters()));
        if (evidence.clusters() < 2) {
            return Verdict.of(reasons);
        }
        reasons.add(nonInferior(CHAMPION, evidence.bitsPerByte()));
        if (best != null) {
            reasons.add(nonInferior(BEST, Pairs.of(candidate, best).evidence().bitsPerByte()));
        }
        reasons.addAll(new Guards(config).compared(all, candidate));
        return Verdict.of(reasons);
    }

    /**
     * Judges the first candidate, which nothing can be compared with: there has to be enough evidence, all of it finite, and its
     * answers must not be degenerate.
     *
     * @param rejected content hashes that are never promoted
     */
    public Verdict judge(SnapshotEvaluation candidate, Set<String> rejected) {
        List<Reason> reasons = new ArrayList<>();
        if (rejected.contains(candidate.snapshot().contentHash())) {
            reasons.add(rejected(candidate.snapshot()));
        }
        EvaluationCheck.problem(CANDIDATE, candidate).ifPresent(reasons::add);
        // With itself: counts and answers are looked at, and no difference.
        Pairs alone = Pairs.of(candidate, candidate);
        Pairs evidence = alone.evidence();
        reasons.add(enough(evidence.records(), evidence.clusters()));
        reasons.addAll(new Guards(config).alone(alone));
        return Verdict.of(reasons);
    }

    /**
     * The verdict that no evaluation would change: of weights that were rejected, or with too little evidence. Empty where the
     * snapshots have to be evaluated.
     *
     * @param records that a verdict would rest on
     * @param conversations that these are of
     */
    public Optional<Verdict> beforehand(
            SnapshotReference candidate, int records, int conversations, Set<String> rejected) {
        if (rejected.contains(candidate.contentHash())) {
            return Optional.of(Verdict.of(List.of(rejected(candidate))));
        }
        Reason evidence = enough(records, conversations);
        return evidence.outcome() == Outcome.OK ? Optional.empty() : Optional.of(Verdict.of(List.of(evidence)));
    }

    private static Reason rejected(SnapshotReference candidate) {
        return new Reason(
                "rejected",
                Outcome.NOT_OK,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                0,
                "weights with the sha256 " + candidate.contentHash() + " were rejected and are never promoted");
    }

    private Reason enough(int records, int conversations) {
        boolean enough = conversations >= config.leastConversations() && records >= config.leastRecords();
        return new Reason(
                "evidence",
                enough ? Outcome.OK : Outcome.TOO_LITTLE,
                records,
                config.leastRecords(),
                Double.NaN,
                conversations,
                String.format(
                        Locale.ROOT,
                        "%d held-out records of %d conversations; at least %d of %d are asked for",
                        records,
                        conversations,
                        config.leastRecords(),
                        config.leastConversations()));
    }

    /** Not shown to be good enough is too little evidence, unless it is shown to be worse than that. */
    private Reason nonInferior(String name, PairedRatio difference) {
        double notBelow = difference.pNotBelow(config.margin());
        Outcome outcome = notBelow <= config.level()
                ? Outcome.OK
                : difference.pNotAbove(config.margin()) <= config.level() ? Outcome.NOT_OK : Outcome.TOO_LITTLE;
        String says = outcome == Outcome.OK
                ? "worse by less than the margin"
                : outcome == Outcome.NOT_OK ? "worse by more than the margin" : "not shown to be within the margin";
        return new Reason(
                name,
                outcome,
                difference.value(),
                config.margin(),
                notBelow,
                difference.clusters(),
                String.format(
                        Locale.ROOT,
                        "%+.4f bits per byte, at most %+.4f with a confidence of %.1f%%: %s",
                        difference.value(),
                        difference.upperBound(1 - config.level()),
                        100 * (1 - config.level()),
                        says));
    }
}
