package io.stillstream.rollout.gate;

import io.stillstream.rollout.gate.Reason.Outcome;
import io.stillstream.rollout.gate.RecordEvaluation.GreedyAnswer;
import io.stillstream.statistics.Holm;
import io.stillstream.statistics.PairedRatio;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Judges a candidate by what it and the champion made of the same held-out records.
 *
 * <p>It has to be shown that the candidate's bits per byte are no more than the champion's and a margin, one-sided, with
 * records of a conversation taken together ({@link PairedRatio}); and likewise no more than the best champion's so far,
 * because a little worse each time adds up. Answers and slices are guards: they fail a candidate that is shown to be worse.
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
        if (rejected.contains(candidate.snapshot().contentHash())) {
            reasons.add(rejected(candidate));
        }
        EvaluationCheck.problem(CHAMPION, candidate, champion).ifPresent(reasons::add);
        Optional.ofNullable(best)
                .flatMap(other -> EvaluationCheck.problem(BEST, candidate, other))
                .ifPresent(reasons::add);
        if (!reasons.isEmpty()) {
            return Verdict.of(reasons);
        }
        Pairs pairs = Pairs.of(candidate, champion);
        reasons.add(enough(pairs));
        if (pairs.clusters() < 2) {
            return Verdict.of(reasons);
        }
        reasons.add(nonInferior(CHAMPION, pairs.bitsPerByte()));
        if (best != null) {
            reasons.add(nonInferior(BEST, Pairs.of(candidate, best).bitsPerByte()));
        }
        reasons.addAll(guards(pairs, candidate));
        return Verdict.of(reasons);
    }

    /**
     * Judges the first candidate, which nothing can be compared with: there has to be enough evidence, and all of it finite.
     *
     * @param rejected content hashes that are never promoted
     */
    public Verdict judge(SnapshotEvaluation candidate, Set<String> rejected) {
        List<Reason> reasons = new ArrayList<>();
        if (rejected.contains(candidate.snapshot().contentHash())) {
            reasons.add(rejected(candidate));
        }
        EvaluationCheck.problem(CANDIDATE, candidate).ifPresent(reasons::add);
        // With itself: only the counts are looked at.
        reasons.add(enough(Pairs.of(candidate, candidate)));
        return Verdict.of(reasons);
    }

    private static Reason rejected(SnapshotEvaluation candidate) {
        return new Reason(
                "rejected",
                Outcome.NOT_OK,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                0,
                "weights with the sha256 " + candidate.snapshot().contentHash()
                        + " were rejected and are never promoted");
    }

    private Reason enough(Pairs pairs) {
        boolean enough = pairs.clusters() >= config.leastConversations() && pairs.records() >= config.leastRecords();
        return new Reason(
                "evidence",
                enough ? Outcome.OK : Outcome.TOO_LITTLE,
                pairs.records(),
                config.leastRecords(),
                Double.NaN,
                pairs.clusters(),
                "%d held-out records of %d conversations; at least %d of %d are asked for"
                        .formatted(
                                pairs.records(), pairs.clusters(), config.leastRecords(), config.leastConversations()));
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
                        "%+.4f bits per byte, at most %+.4f with a confidence of %.0f%%: %s",
                        difference.value(),
                        difference.upperBound(1 - config.level()),
                        100 * (1 - config.level()),
                        says));
    }

    /** All guards are one family: none fails a candidate that is as good with more than the level's chance. */
    private List<Reason> guards(Pairs pairs, SnapshotEvaluation candidate) {
        Map<String, Guard> guards = new TreeMap<>();
        candidate.records().stream()
                .map(RecordEvaluation::slice)
                .distinct()
                .forEach(slice -> slice(pairs, slice)
                        .ifPresent(difference -> guards.put(
                                "slice " + slice, new Guard(difference, config.sliceMargin(), "bits per byte"))));
        Pairs answered = pairs.where(record -> record.answer() != null);
        if (answered.clusters() >= 2) {
            guards.put("answers empty", answers(answered, GreedyAnswer::empty));
            guards.put("answers repeating", answers(answered, GreedyAnswer::repeating));
            guards.put("answers too long", answers(answered, GreedyAnswer::tooLong));
        }
        double[] adjusted = Holm.adjusted(guards.values().stream()
                .mapToDouble(guard -> guard.difference().pNotAbove(guard.margin()))
                .toArray());
        List<Reason> reasons = new ArrayList<>();
        guards.forEach((name, guard) -> reasons.add(guard.reason(name, adjusted[reasons.size()], config.level())));
        return reasons;
    }

    private Optional<PairedRatio> slice(Pairs pairs, String slice) {
        Pairs own = pairs.where(record -> record.slice().equals(slice));
        return own.clusters() >= config.leastSliceConversations() ? Optional.of(own.bitsPerByte()) : Optional.empty();
    }

    private Guard answers(Pairs answered, Predicate<GreedyAnswer> such) {
        return new Guard(
                answered.share(record -> {
                    GreedyAnswer answer = record.answer();
                    return answer != null && such.test(answer);
                }),
                config.answerMargin(),
                "of the answers");
    }

    private record Guard(PairedRatio difference, double margin, String unit) {

        Reason reason(String name, double adjusted, double level) {
            return new Reason(
                    name,
                    adjusted <= level ? Outcome.NOT_OK : Outcome.OK,
                    difference.value(),
                    margin,
                    adjusted,
                    difference.clusters(),
                    String.format(
                            Locale.ROOT,
                            "%+.4f %s, %s worse by more than %.4f (Holm)",
                            difference.value(),
                            unit,
                            adjusted <= level ? "shown to be" : "not shown to be",
                            margin));
        }
    }
}
