package io.stillstream.scorer.topology.prompt;

import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.scorer.MicroBatches;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.Teacher;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs the teacher over buffered prompts, a micro-batch at a time, and measures it. */
public final class BatchScorer {

    private final Teacher teacher;
    private final MicroBatches batches;
    private final ConsecutiveNanGuard nanGuard;
    private final RecordGuard recordGuard;
    private final ScorerMeters meters;
    private final Clock clock;

    public BatchScorer(
            Teacher teacher,
            MicroBatches batches,
            ConsecutiveNanGuard nanGuard,
            RecordGuard recordGuard,
            ScorerMeters meters,
            Clock clock) {
        this.teacher = teacher;
        this.batches = batches;
        this.nanGuard = nanGuard;
        this.recordGuard = recordGuard;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * The outcome of each prompt, by its source offset.
     *
     * @throws ScorerException when the teacher cannot run, or too many of its answers in a row are not finite
     */
    public Map<Long, Scoring> score(List<BufferedPrompt> prompts) {
        Map<Long, Scoring> outcomes = new HashMap<>();
        for (List<BufferedPrompt> batch : divided(prompts)) {
            List<Scoring> scorings = recordGuard.guard(batch, this::run);
            for (int i = 0; i < batch.size(); i++) {
                outcomes.put(batch.get(i).offset(), scorings.get(i));
            }
        }
        // In the order of arrival, not by length as they were scored.
        prompts.forEach(prompt -> nanGuard.count(prompt, Objects.requireNonNull(outcomes.get(prompt.offset()))));
        return outcomes;
    }

    /** Those that may kill the process come first, each alone. */
    private List<List<BufferedPrompt>> divided(List<BufferedPrompt> prompts) {
        List<List<BufferedPrompt>> divided = new ArrayList<>();
        List<BufferedPrompt> others = new ArrayList<>();
        for (BufferedPrompt prompt : prompts) {
            if (recordGuard.isSuspect(prompt)) {
                divided.add(List.of(prompt));
            } else {
                others.add(prompt);
            }
        }
        divided.addAll(batches.of(others, BufferedPrompt::admitted));
        return divided;
    }

    private List<Scoring> run(List<BufferedPrompt> batch) {
        Instant start = clock.instant();
        List<Scoring> scorings =
                teacher.score(batch.stream().map(BufferedPrompt::admitted).toList());
        if (scorings.size() != batch.size()) {
            throw new ScorerException(
                    "the teacher gave " + scorings.size() + " outcomes for a batch of " + batch.size());
        }
        measure(batch, scorings, Duration.between(start, clock.instant()));
        return scorings;
    }

    private void measure(List<BufferedPrompt> batch, List<Scoring> scorings, Duration elapsed) {
        int scored = 0;
        int responseTokens = 0;
        int promptTokens = 0;
        for (int i = 0; i < batch.size(); i++) {
            promptTokens += batch.get(i).admitted().tokenized().promptIds().length;
            if (scorings.get(i) instanceof Scoring.Scored result) {
                scored++;
                responseTokens += result.response().tokens().textCount();
            }
        }
        if (batch.get(0).admitted().lacksResponse()) {
            meters.recordGeneration(elapsed, responseTokens);
        }
        meters.recordScoring(elapsed, scored, responseTokens, promptTokens + responseTokens);
    }
}
