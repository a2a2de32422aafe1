package io.stillstream.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Author;
import io.stillstream.contract.Message;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.Split;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PromptTextTest {

    @Test
    void of_plainPrompt_isItsText() {
        assertThat(PromptText.of(prompt(List.of(), "Once upon"))).isEqualTo("Once upon");
    }

    @Test
    void of_singleUserMessage_isItsContent() {
        assertThat(PromptText.of(prompt(List.of(new Message("user", "Hello?")), null)))
                .isEqualTo("Hello?");
    }

    @Test
    void of_conversation_isALineAMessageAndTheAssistantsTurn() {
        var messages = List.of(
                new Message("system", "Be brief."),
                new Message("user", "Hello?"),
                new Message("assistant", "Hi."),
                new Message("user", "Bye."));
        assertThat(PromptText.of(prompt(messages, null)))
                .isEqualTo("system: Be brief.\nuser: Hello?\nassistant: Hi.\nuser: Bye.\nassistant:");
    }

    private static Prompt prompt(List<Message> messages, String text) {
        return new Prompt(
                "id",
                "talk",
                messages,
                text,
                null,
                Author.PRODUCTION,
                null,
                "default",
                Instant.EPOCH,
                Split.TRAIN,
                Map.of());
    }
}
