package io.stillstream.pipeline.terminal;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.run.RunPhase;
import io.stillstream.trainer.loss.LossConfig;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Words the progress of a process in two lines: what flows through it, and what has come of it. Shows the figures of the
 * stages that the process runs, and no others.
 */
final class ProgressLines {

    private static final String TOTAL = "total";

    private final Set<Stage> stages;
    private final Topics topics;

    ProgressLines(Set<Stage> stages, Topics topics) {
        this.stages = Set.copyOf(stages);
        this.topics = topics;
    }

    /**
     * Two readings of the meters and what lies between them.
     *
     * @param since between the two readings
     * @param elapsed since the start
     */
    record Reading(Progress now, Progress before, Duration since, Duration elapsed, RunPhase phase) {

        double perSecond(long now, long before) {
            return (now - before) / Math.max(since.toNanos() / 1e9, 1e-3);
        }
    }

    /** What flows, and below it what has come of it once there can be anything. */
    List<FittedLine> of(Reading reading) {
        return reading.phase().beforeWork() ? List.of(flow(reading)) : List.of(flow(reading), outcome(reading));
    }

    /** {@code 1:00 | prompts 20.0/s | scored 2,320 tok/s | trained 2,562 tok/s}. */
    FittedLine flow(Reading reading) {
        Progress now = reading.now();
        Progress before = reading.before();
        FittedLine line = new FittedLine();
        line.add(0, elapsed(reading.elapsed()));
        reading.phase().words().ifPresent(words -> line.add(1, words));
        if (!reading.phase().atWork()) {
            return line;
        }
        if (stages.contains(Stage.PROXY)) {
            line.add(3, text("calls %,.1f/s", reading.perSecond(now.proxiedCalls(), before.proxiedCalls())));
        }
        if (stages.contains(Stage.PRODUCER) && reading.phase() == RunPhase.RUNNING) {
            double rate = reading.perSecond(now.sentPrompts(), before.sentPrompts());
            line.add(4, text("prompts %,.1f/s", rate));
        }
        if (stages.contains(Stage.SCORER)) {
            double rate = reading.perSecond(now.scoredTokens(), before.scoredTokens());
            line.add(2, text("scored %,.0f tok/s", rate));
        }
        if (stages.contains(Stage.TRAINER)) {
            double rate = reading.perSecond(now.trainedTokens(), before.trainedTokens());
            line.add(3, text("trained %,.0f tok/s", rate));
        }
        return line;
    }

    /** {@code step 103 | held-out 1.188 bits/byte | to score 14, to train 0 | CE 0.15 SL 2.09 | dead letters 1}. */
    FittedLine outcome(Reading reading) {
        Progress now = reading.now();
        FittedLine line = new FittedLine();
        if (stages.contains(Stage.TRAINER)) {
            line.add(0, text("step %,d", now.step()));
            if (!Double.isNaN(now.heldOutBitsPerByte())) {
                line.add(
                        1,
                        text("held-out %.3f bits/byte", now.heldOutBitsPerByte()),
                        text("held-out %.3f", now.heldOutBitsPerByte()));
            }
        } else if (stages.contains(Stage.SCORER)) {
            line.add(0, text("scored %,d prompts", now.scoredPrompts()), text("scored %,d", now.scoredPrompts()));
            line.add(4, text("%,d tokens", now.scoredTokens()));
            if (now.generatedTokens() > 0) {
                line.add(5, text("%,d tokens generated", now.generatedTokens()));
            }
        } else if (stages.contains(Stage.PROXY)) {
            line.add(0, text("passed %,d calls", now.proxiedCalls()), text("passed %,d", now.proxiedCalls()));
            line.add(1, text("captured %,d", now.sentPrompts()));
        } else {
            line.add(0, text("sent %,d prompts", now.sentPrompts()), text("sent %,d", now.sentPrompts()));
        }
        waiting(now, line);
        if (now.deadLetters() > 0) {
            line.add(2, text("dead letters %,d", now.deadLetters()));
        }
        losses(now, line);
        return line;
    }

    private void waiting(Progress now, FittedLine line) {
        // What this process sent is known at once; of what others send, the broker is told now and then.
        long unread = stages.contains(Stage.PRODUCER)
                ? now.unscoredPrompts()
                : now.lag().getOrDefault(topics.prompts(), 0L);
        long unscored = Math.max(unread, now.bufferedPrompts());
        long untrained = now.lag().getOrDefault(topics.teacherTargets(), 0L);
        boolean scores = stages.contains(Stage.SCORER);
        if (scores && stages.contains(Stage.TRAINER)) {
            line.add(
                    3,
                    text("to score %,d, to train %,d", unscored, untrained),
                    text("queued %,d+%,d", unscored, untrained));
        } else if (scores) {
            line.add(3, text("to score %,d", unscored));
        } else if (stages.contains(Stage.TRAINER)) {
            line.add(3, text("to train %,d", untrained));
        }
    }

    private static void losses(Progress now, FittedLine line) {
        if (now.lossTerms().isEmpty()) {
            return;
        }
        String terms = now.lossTerms().entrySet().stream()
                .map(term -> text("%s %.2f", LossConfig.abbreviation(term.getKey()), term.getValue()))
                .collect(Collectors.joining(" "));
        Double total = now.lossTerms().get(TOTAL);
        if (total == null) {
            line.add(4, terms);
        } else {
            line.add(4, terms, text("loss %.2f", total));
        }
    }

    static String elapsed(Duration elapsed) {
        return elapsed.toHours() > 0
                ? text("%d:%02d:%02d", elapsed.toHours(), elapsed.toMinutesPart(), elapsed.toSecondsPart())
                : text("%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
