package io.stillstream.rollout.gate;

import io.stillstream.rollout.gate.Reason.Outcome;
import java.util.Locale;
import java.util.Optional;

/** Whether two evaluations can be compared at all: of the same records, with a finite figure for each. */
final class EvaluationCheck {

    private EvaluationCheck() {}

    /** The reason why an evaluation says nothing by itself; empty where each figure is finite. */
    static Optional<Reason> problem(String name, SnapshotEvaluation candidate) {
        return candidate.records().stream()
                .flatMap(record -> unusable(name, candidate, record).stream())
                .findFirst();
    }

    /** The reason why not; empty where they can. */
    static Optional<Reason> problem(String name, SnapshotEvaluation candidate, SnapshotEvaluation baseline) {
        if (!candidate.input().equals(baseline.input())
                || candidate.records().size() != baseline.records().size()) {
            return Optional.of(notOk(
                    name,
                    String.format(
                            Locale.ROOT,
                            "the candidate was evaluated on %d records and %s on %d others; expected the same",
                            candidate.records().size(),
                            baseline.snapshot().id(),
                            baseline.records().size())));
        }
        for (int i = 0; i < candidate.records().size(); i++) {
            RecordEvaluation left = candidate.records().get(i);
            RecordEvaluation right = baseline.records().get(i);
            if (!left.coordinates().equals(right.coordinates())
                    || !left.conversation().equals(right.conversation())) {
                return Optional.of(notOk(
                        name,
                        "the evaluations have the records " + left.coordinates() + " and " + right.coordinates()
                                + " in one place; expected the same"));
            }
            if ((left.answer() == null) != (right.answer() == null)) {
                return Optional.of(notOk(
                        name,
                        "one of the snapshots answered the prompt of " + left.coordinates()
                                + " and the other did not; expected both or neither"));
            }
            Optional<Reason> unusable = unusable(name, candidate, left).or(() -> unusable(name, baseline, right));
            if (unusable.isPresent()) {
                return unusable;
            }
        }
        return Optional.empty();
    }

    private static Optional<Reason> unusable(String name, SnapshotEvaluation evaluation, RecordEvaluation record) {
        boolean usable = Double.isFinite(record.nats()) && record.nats() >= 0 && record.bytes() > 0;
        return usable
                ? Optional.empty()
                : Optional.of(notOk(
                        name,
                        "the snapshot " + evaluation.snapshot().id() + " gives the record " + record.coordinates() + " "
                                + record.nats() + " nats over " + record.bytes()
                                + " bytes; expected a finite number of nats, over at least one byte"));
    }

    private static Reason notOk(String name, String detail) {
        return new Reason(name, Outcome.NOT_OK, Double.NaN, Double.NaN, Double.NaN, 0, detail);
    }
}
