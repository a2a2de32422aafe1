package io.stillstream.rollout.control;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.monitoring.rollout.JudgeMeters;
import io.stillstream.rollout.judge.Judge;
import io.stillstream.rollout.judge.JudgeConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges a candidate that serves, and tells the controller what it answered and whether it has to go. It keeps nothing: one that
 * begins anew reads what was served since the rollout began, and what the controller was told of it.
 */
public final class JudgeStep implements Consumer<RolloutView>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JudgeStep.class);

    private final JudgeConfig config;
    private final Map<String, Object> kafka;
    private final Topics topics;
    private final Consumer<RolloutInput> inputs;
    private final JudgeMeters meters;
    private final Clock clock;
    private @Nullable Trial trial;
    private int read;
    private @Nullable RolloutDecision lastStart;

    /** A rollout that is judged. */
    private static final class Trial implements AutoCloseable {

        private final long decision;
        private final String candidate;
        private final Judge judge;
        private final ServedReader reader;
        private long told;
        private Instant toldAt = Instant.MIN;
        private boolean alarmed;

        Trial(RolloutDecision start, Judge judge, ServedReader reader) {
            this.decision = start.number();
            this.candidate = start.to().candidate();
            this.judge = judge;
            this.reader = reader;
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param inputs where it is told
     */
    public JudgeStep(
            JudgeConfig config,
            Map<String, Object> kafka,
            Topics topics,
            Consumer<RolloutInput> inputs,
            JudgeMeters meters,
            Clock clock) {
        this.config = config;
        this.kafka = Map.copyOf(kafka);
        this.topics = topics;
        this.inputs = inputs;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public void accept(RolloutView view) {
        try {
            look(view);
        } catch (RuntimeException e) {
            // It may have read what it has not judged: the next look begins anew.
            close();
            throw e;
        }
    }

    private void look(RolloutView view) {
        RolloutState state = view.state();
        SnapshotReference candidate = state.candidate();
        RolloutDecision start = candidate == null || state.atGate() ? null : start(view.decisions(), candidate.id());
        if (candidate == null || start == null) {
            close();
            return;
        }
        Trial judged = trial;
        if (judged == null || judged.decision != start.number()) {
            close();
            judged = begin(start, state.champion());
            trial = judged;
        }
        judged.reader.read(judged.judge);
        show(judged.judge);
        tell(judged);
    }

    private Trial begin(RolloutDecision start, @Nullable SnapshotReference champion) {
        String candidate = start.to().candidate();
        var judge = new Judge(config, candidate, champion == null ? null : champion.id());
        var reader =
                new ServedReader(new RolloutClients(kafka).consumer(), topics, start.at(), meters::recordUnreadable);
        var begun = new Trial(start, judge, reader);
        try {
            begun.told = reader.told(candidate);
            return begun;
        } catch (RuntimeException e) {
            begun.close();
            throw e;
        }
    }

    /** The last decision that started the candidate, each decision being decoded once; null where the topic has lost it. */
    private @Nullable RolloutDecision start(List<byte[]> decisions, String candidate) {
        if (decisions.size() < read) {
            // Another topic of that name.
            read = 0;
            lastStart = null;
        }
        for (; read < decisions.size(); read++) {
            RolloutDecision decision = RolloutDecisionCodec.decode(decisions.get(read));
            if (decision.verb() == RolloutVerb.START && !decision.isRefused()) {
                lastStart = decision;
            }
        }
        RolloutDecision last = lastStart;
        return last != null && last.to().candidate().equals(candidate) ? last : null;
    }

    private void tell(Trial judged) {
        Instant now = clock.instant();
        Judge.Alarm alarm = judged.alarmed ? null : judged.judge.alarm();
        long answers = Math.max(0, judged.judge.answered() - judged.told);
        boolean due = judged.toldAt.equals(Instant.MIN)
                || Duration.between(judged.toldAt, now).abs().compareTo(config.every()) >= 0;
        if (alarm == null && (answers == 0 || !due)) {
            return;
        }
        String reason = alarm == null ? "" : alarm.reason();
        inputs.accept(new RolloutInput.Observation(
                UUID.randomUUID().toString(), judged.candidate, answers, reason, judged.judge.evidence(), now));
        judged.told += answers;
        judged.toldAt = now;
        if (alarm != null) {
            judged.alarmed = true;
            meters.recordAlarm(JudgeMeters.Check.valueOf(alarm.check().name()));
            LOG.warn("{} has to go: {}", judged.candidate, reason);
        }
    }

    private void show(Judge judge) {
        meters.show(
                JudgeMeters.Of.CANDIDATE,
                new JudgeMeters.Figures(
                        judge.answered(),
                        judge.failures(),
                        judge.likelihood().value(),
                        judge.likelihood().low(),
                        judge.likelihood().high()));
        meters.show(
                JudgeMeters.Of.CHAMPION,
                new JudgeMeters.Figures(
                        judge.baselineAnswered(),
                        judge.baselineFailures(),
                        judge.baselineLikelihood().value(),
                        judge.baselineLikelihood().low(),
                        judge.baselineLikelihood().high()));
    }

    /** Ends what is judged; a further look begins anew. */
    @Override
    public void close() {
        Trial judged = trial;
        trial = null;
        if (judged != null) {
            judged.close();
        }
    }
}
