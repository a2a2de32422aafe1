package io.stillstream.bench.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.topology.processor.TestingTeacher;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BufferedPromptsTest {

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
    private final TestingTeacher teacher = new TestingTeacher(100);

    @AfterEach
    void stop() {
        telemetry.close();
    }

    @Test
    void score_budgetOfTokens_batchesAsAStageDoes() {
        List<Prompt> prompts = List.of(prompt("a", 2), prompt("b", 6), prompt("c", 2), prompt("d", 3), prompt("e", 9));
        var buffered = new BufferedPrompts(config(12, 32), teacher, telemetry.scorer(), prompts);
        buffered.score();
        // a, b and c are within the budget, but not padded to b's length.
        assertThat(teacher.batches()).containsExactly(List.of("b"), List.of("a", "c"), List.of("e"), List.of("d"));
        assertThat(buffered.admitted().stream().map(each -> each.request().id()))
                .containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void score_oneRecordABatch_scoresEachAlone() {
        var buffered = new BufferedPrompts(
                config(100, 1), teacher, telemetry.scorer(), List.of(prompt("a", 5), prompt("b", 9)));
        buffered.score();
        buffered.score();
        assertThat(teacher.batches()).containsExactly(List.of("a"), List.of("b"), List.of("a"), List.of("b"));
    }

    @Test
    void new_promptThatCannotBeScored_isRefused() {
        List<Prompt> prompts = List.of(prompt("long", 200));
        assertThatThrownBy(() -> new BufferedPrompts(config(100, 1), teacher, telemetry.scorer(), prompts))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("prompt 0")
                .hasMessageContaining("context window");
    }

    private static ScorerConfig config(int maxBatchTokens, int maxBatchRecords) {
        return ScorerConfig.defaults().withMaxBatch(maxBatchTokens, maxBatchRecords);
    }

    /** @param tokens prompt and response together */
    private static Prompt prompt(String id, int tokens) {
        return new Prompt(
                id,
                id,
                new PlainText("x".repeat(tokens - 1)),
                Response.of("y", Author.PRODUCTION),
                null,
                "default",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
    }
}
