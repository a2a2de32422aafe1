package io.stillstream.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.prompt.ToolCall;
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
        assertThat(PromptText.of(prompt(List.of(Message.of("user", "Hello?")), null)))
                .isEqualTo("Hello?");
    }

    @Test
    void of_conversation_isALineAMessageAndTheAssistantsTurn() {
        var messages = List.of(
                Message.of("system", "Be brief."),
                Message.of("user", "Hello?"),
                Message.of("assistant", "Hi."),
                Message.of("user", "Bye."));
        assertThat(PromptText.of(prompt(messages, null)))
                .isEqualTo("system: Be brief.\nuser: Hello?\nassistant: Hi.\nuser: Bye.\nassistant:");
    }

    @Test
    void of_callsToolsAndDocuments_areLinesOfJson() {
        Message call = new Message(
                Message.ASSISTANT,
                null,
                Content.of("Let me see."),
                List.of(new ToolCall("c", "weather", "{\"city\":\"Oslo\"}")),
                null,
                null,
                "They ask about Oslo.");
        Message result = new Message("tool", "weather", Content.of("rain"), List.of(), "c", null, null);
        Chat chat = new Chat(
                List.of(Message.of("user", "Oslo?"), call, result),
                List.of("{\"type\":\"function\"}"),
                List.of("{\"title\":\"t\"}"));
        assertThat(PromptText.of(Prompt.of("id", chat, Instant.EPOCH))).isEqualTo("""
                        tools: [{"type":"function"}]
                        documents: [{"title":"t"}]
                        user: Oslo?
                        assistant: Let me see.
                        assistant calls weather: {"city":"Oslo"}
                        tool weather: rain
                        assistant:""");
        assertThat(PromptText.of(new Response(call, FinishReason.TOOL_CALLS, 0, Author.PRODUCTION)))
                .isEqualTo("""
                        <think>
                        They ask about Oslo.
                        </think>

                        Let me see.
                        assistant calls weather: {"city":"Oslo"}""");
    }

    @Test
    void of_thoughtThatWasCutOff_doesNotEnd() {
        Message thought = new Message(Message.ASSISTANT, null, Content.absent(), List.of(), null, null, "They a");
        assertThat(PromptText.of(new Response(thought, FinishReason.LENGTH, 0, Author.PRODUCTION)))
                .isEqualTo("<think>\nThey a");
    }

    @Test
    void of_continuedChat_endsInTheBeginningOfTheResponse() {
        Chat chat =
                new Chat(List.of(Message.of("user", "Oslo?"), Message.assistant("It is")), List.of(), List.of(), true);
        assertThat(PromptText.of(Prompt.of("id", chat, Instant.EPOCH))).isEqualTo("user: Oslo?\nassistant:It is");
    }

    private static Prompt prompt(List<Message> messages, String text) {
        return new Prompt(
                "id",
                "talk",
                text == null ? new Chat(messages, List.of(), List.of()) : new PlainText(text),
                null,
                null,
                "default",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
    }
}
