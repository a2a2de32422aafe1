package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.pipeline.run.RunPhase;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ProgressLinesTest {

    private static final int USUAL = 79;
    private static final int WIDE = 119;

    private static final Progress NOTHING =
            new Progress(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), Double.NaN, Double.NaN);
    private static final Progress BEFORE =
            new Progress(0, 100, 0, 20, 0, 80, 1_000, 0, 40, 500, 3, 0, Map.of(), Map.of(), Double.NaN, Double.NaN);
    private static final Progress NOW = new Progress(
            180,
            150,
            15,
            24,
            4,
            120,
            6_000,
            5_000,
            90,
            4_500,
            103,
            2,
            new TreeMap<>(Map.of("prompts", 1_200L, "teacher-targets", 7L)),
            new TreeMap<>(Map.of("cross_entropy", 2.5, "total", 3.25)),
            1.25,
            0.5);

    private static ProgressLines lines(Set<Stage> stages) {
        return new ProgressLines(stages, Topics.defaults());
    }

    private static ProgressLines.Reading reading(RunPhase phase) {
        return new ProgressLines.Reading(NOW, BEFORE, Duration.ofSeconds(2), Duration.ofSeconds(83), phase);
    }

    @Test
    void pipeline_betweenTwoReadings_showsRatesAndLevels() {
        ProgressLines lines = lines(Pipeline.STAGES);
        assertThat(lines.flow(reading(RunPhase.RUNNING)).fit(USUAL))
                .isEqualTo("1:23 | prompts 25.0/s | scored 2,500 tok/s | trained 2,000 tok/s");
        assertThat(lines.outcome(reading(RunPhase.RUNNING)).fit(WIDE))
                .isEqualTo("step 103 | held-out 1.250 bits/byte | to score 24, to train 7 | dead letters 2"
                        + " | CE 2.50 total 3.25");
        assertThat(lines.outcome(reading(RunPhase.RUNNING)).fit(USUAL))
                .isEqualTo("step 103 | held-out 1.250 bits/byte | queued 24+7 | dead letters 2 | loss 3.25");
    }

    @Test
    void finalEvaluation_saysSo() {
        assertThat(lines(Pipeline.STAGES).flow(reading(RunPhase.EVALUATING)).fit(USUAL))
                .isEqualTo("1:23 | final evaluation: measuring the student on what was held out");
    }

    @Test
    void stageAlone_showsItsOwnFiguresOnly() {
        assertThat(lines(Set.of(Stage.SCORER)).flow(reading(RunPhase.RUNNING)).whole())
                .isEqualTo("1:23 | scored 2,500 tok/s");
        assertThat(lines(Set.of(Stage.SCORER))
                        .outcome(reading(RunPhase.RUNNING))
                        .whole())
                .startsWith("scored 120 prompts | 6,000 tokens | 5,000 tokens generated | to score 1,200");
        assertThat(lines(Set.of(Stage.TRAINER))
                        .outcome(reading(RunPhase.RUNNING))
                        .whole())
                .startsWith("step 103 | held-out 1.250 bits/byte | to train 7");
        assertThat(lines(Set.of(Stage.PRODUCER)).flow(reading(RunPhase.RUNNING)).whole())
                .isEqualTo("1:23 | prompts 25.0/s");
    }

    @Test
    void beforeWork_hasNoFigures() {
        var reading = new ProgressLines.Reading(NOTHING, NOTHING, Duration.ZERO, Duration.ofHours(2), RunPhase.LOADING);
        assertThat(lines(Pipeline.STAGES).flow(reading).whole()).isEqualTo("2:00:00 | loading the models");
        assertThat(lines(Pipeline.STAGES).of(reading)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(RunPhase.class)
    void hugeNumbers_fitEightyColumns(RunPhase phase) {
        long huge = 987_654_321_987L;
        Progress much = new Progress(
                huge,
                huge,
                huge,
                huge,
                huge,
                huge,
                huge,
                huge,
                huge,
                huge,
                huge,
                huge,
                Map.of("prompts", huge, "teacher-targets", huge),
                Map.of("cross_entropy", 1e9, "total", 1e9),
                123.456,
                0.5);
        var reading = new ProgressLines.Reading(much, NOTHING, Duration.ofSeconds(1), Duration.ofDays(90), phase);
        assertThat(lines(Pipeline.STAGES).flow(reading).fit(USUAL))
                .hasSizeLessThanOrEqualTo(USUAL)
                .contains("2160:00:00");
        assertThat(lines(Pipeline.STAGES).outcome(reading).fit(USUAL))
                .hasSizeLessThanOrEqualTo(USUAL)
                .contains("step");
    }
}
