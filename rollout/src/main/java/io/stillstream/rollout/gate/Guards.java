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
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What fails a candidate that is good on the whole: a slice that it is shown to be worse for, more odd answers than the champion's,
 * or answers most of which are of no use, whatever the champion's are. All of a verdict's guards are one family: none fails a
 * candidate that is as good with more than the level's chance (Holm's step-down).
 */
final class Guards {

    private static final double PERCENT = 100;

    private final GateConfig config;

    Guards(GateConfig config) {
        this.config = config;
    }

    /** @param pairs all records, those for their slices alone too */
    List<Reason> compared(Pairs pairs, SnapshotEvaluation candidate) {
        Map<String, Guard> guards = new TreeMap<>();
        candidate.records().stream()
                .map(RecordEvaluation::slice)
                .distinct()
                .forEach(slice -> slice(pairs, slice)
                        .ifPresent(difference -> guards.put(
                                "slice " + slice,
                                new Guard(
                                        difference,
                                        config.sliceMargin(),
                                        1,
                                        "%+.4f bits per byte, %s to be worse by more than %.4f (Holm)"))));
        Pairs answered = answered(pairs);
        if (answered.clusters() >= 2) {
            guards.put("answers empty", odd(answered, GreedyAnswer::empty));
            guards.put("answers repeating", odd(answered, GreedyAnswer::repeating));
            guards.put("answers too long", odd(answered, GreedyAnswer::tooLong));
            guards.put("answers of no use", degenerate(answered));
        }
        return reasons(guards);
    }

    /** Where there is nothing to compare with. */
    List<Reason> alone(Pairs pairs) {
        Pairs answered = answered(pairs);
        return answered.clusters() >= 2 ? reasons(Map.of("answers of no use", degenerate(answered))) : List.of();
    }

    private static Pairs answered(Pairs pairs) {
        return pairs.where(record -> record.answer() != null);
    }

    private Optional<PairedRatio> slice(Pairs pairs, String slice) {
        Pairs own = pairs.where(record -> record.slice().equals(slice));
        return own.clusters() >= config.leastSliceConversations() ? Optional.of(own.bitsPerByte()) : Optional.empty();
    }

    private Guard odd(Pairs answered, Predicate<GreedyAnswer> such) {
        return new Guard(
                answered.share(record -> is(record, such)),
                config.answerMargin(),
                1,
                "%+.4f of the answers, %s to be worse by more than %.4f (Holm)");
    }

    private Guard degenerate(Pairs answered) {
        return new Guard(
                answered.ownShare(record -> is(record, GreedyAnswer::degenerate)),
                config.mostDegenerate(),
                PERCENT,
                "%.0f%% of the answers are empty or repeat themselves, %s to be more than %.0f%% (Holm)");
    }

    private static boolean is(RecordEvaluation record, Predicate<GreedyAnswer> such) {
        GreedyAnswer answer = record.answer();
        return answer != null && such.test(answer);
    }

    private List<Reason> reasons(Map<String, Guard> guards) {
        double[] adjusted = Holm.adjusted(guards.values().stream()
                .mapToDouble(guard -> guard.figure().pNotAbove(guard.margin()))
                .toArray());
        List<Reason> reasons = new ArrayList<>();
        guards.forEach((name, guard) -> reasons.add(guard.reason(name, adjusted[reasons.size()], config.level())));
        return reasons;
    }

    /**
     * @param figure that must not be shown to be above the margin
     * @param scale of both where they are told
     * @param says a format of the figure, whether it is shown, and the margin
     */
    private record Guard(PairedRatio figure, double margin, double scale, String says) {

        Reason reason(String name, double adjusted, double level) {
            boolean shown = adjusted <= level;
            return new Reason(
                    name,
                    shown ? Outcome.NOT_OK : Outcome.OK,
                    figure.value(),
                    margin,
                    adjusted,
                    figure.clusters(),
                    String.format(
                            Locale.ROOT, says, scale * figure.value(), shown ? "shown" : "not shown", scale * margin));
        }
    }
}
