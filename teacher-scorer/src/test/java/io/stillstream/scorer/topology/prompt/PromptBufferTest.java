package io.stillstream.scorer.topology.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScoringRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

final class PromptBufferTest {

    private static final long LINGER_MILLIS = 200;

    private final PromptBuffer buffer = new PromptBuffer(10, 3, Duration.ofMillis(LINGER_MILLIS));

    @Test
    void isFull_maxRecords_isTrue() {
        add(1, 2);
        assertThat(buffer.isFull()).isFalse();
        add(3);
        assertThat(buffer.isFull()).isTrue();
    }

    @Test
    void isFull_maxTokens_isTrue() {
        add(9);
        assertThat(buffer.isFull()).isFalse();
        add(1);
        assertThat(buffer.isFull()).isTrue();
    }

    @Test
    void overflowsWith_moreTokensThanAreLeft_isTrue() {
        add(4);
        assertThat(buffer.overflowsWith(prompt(6))).isFalse();
        assertThat(buffer.overflowsWith(prompt(7))).isTrue();
    }

    @Test
    void overflowsWith_emptyBuffer_isFalseForAnyPrompt() {
        assertThat(buffer.overflowsWith(prompt(50))).isFalse();
    }

    @Test
    void isDue_afterTheLingerOfTheFirstPrompt_isTrue() {
        assertThat(buffer.isDue(Long.MAX_VALUE)).isFalse();
        buffer.add(prompt(1), 1000);
        buffer.add(prompt(1), 1100);
        assertThat(buffer.isDue(1000 + LINGER_MILLIS - 1)).isFalse();
        assertThat(buffer.isDue(1000 + LINGER_MILLIS)).isTrue();
    }

    @Test
    void clear_fullBuffer_startsAgain() {
        add(5, 5);
        List<BufferedPrompt> prompts = buffer.prompts();
        buffer.clear();
        assertThat(prompts).extracting(BufferedPrompt::tokens).containsExactly(5, 5);
        assertThat(buffer.size()).isZero();
        buffer.add(prompt(9), 5000);
        assertThat(buffer.isFull()).isFalse();
        assertThat(buffer.isDue(5000 + LINGER_MILLIS - 1)).isFalse();
    }

    private void add(int... lengths) {
        for (int length : lengths) {
            buffer.add(prompt(length), 0);
        }
    }

    private static BufferedPrompt prompt(int tokens) {
        return new BufferedPrompt(
                new SourceRecord("prompts", 0, 0, 0, null, null, new Header[0]),
                new Prompt(
                        "1",
                        "1",
                        new PlainText("x"),
                        Response.of("y", Author.PRODUCTION),
                        null,
                        "default",
                        Instant.EPOCH,
                        Split.TRAIN,
                        Production.UNKNOWN,
                        Map.of()),
                new Admission.Admitted(
                        new ScoringRequest("1", "x", "y"),
                        new TokenizedResponse(new int[] {1}, new int[] {1}, new int[] {1}),
                        tokens));
    }
}
