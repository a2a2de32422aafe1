package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Groups texts of like length, so that little of a batch is padding. */
final class TeacherBatches {

    private TeacherBatches() {}

    /** The longest first; each batch as many as its longest allows within the scorer's budget, at least one. */
    static List<List<Admission.Admitted>> of(List<Admission.Admitted> admitted, ScorerConfig budget) {
        List<Admission.Admitted> sorted = admitted.stream()
                .sorted(Comparator.comparingInt(Admission.Admitted::tokens).reversed())
                .toList();
        List<List<Admission.Admitted>> batches = new ArrayList<>();
        int from = 0;
        while (from < sorted.size()) {
            int fitting = budget.maxBatchTokens() / Math.max(1, sorted.get(from).tokens());
            int count = Math.max(1, Math.min(fitting, budget.maxBatchRecords()));
            int to = Math.min(sorted.size(), from + count);
            batches.add(sorted.subList(from, to));
            from = to;
        }
        return batches;
    }
}
