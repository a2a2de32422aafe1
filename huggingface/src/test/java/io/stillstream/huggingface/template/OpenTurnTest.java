package io.stillstream.huggingface.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses that were cut off, and those that go on from a beginning that stands in the chat. */
final class OpenTurnTest {

    private static final TemplateTokens TOKENS = TemplateTokens.of(Map.of("eos_token", "</s>"));
    private static final Chat QUESTION = Chat.of(Message.of("user", "Oslo?"));

    private static final String CALLS = """
            {%- for m in messages %}<|{{ m.role }}|>
            {%- if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif -%}
            {{- (m.content or '') | trim }}
            {%- for c in m.tool_calls %}<call>{{ c.function.name }} {{ c.function.arguments | tojson }}</call>{% endfor -%}
            </s>{% endfor -%}
            {%- if add_generation_prompt %}<|assistant|>{% endif -%}""";

    @Test
    void renderTurn_callCutOffAnywhere_isItsBeginningAndNoMore() {
        String arguments =
                "{\"city\": \"Åre 🌧 \\\"x\\\"\", \"days\": [1, 2.5, {}], \"ok\": true, \"in\": {\"a\": \"\"}, \"no\": null}";
        int longest = 0;
        for (int end = 0; end < arguments.length(); end++) {
            String cut = arguments.substring(0, end);
            RenderedTurn turn = turn(CALLS, QUESTION, calling(cut), FinishReason.LENGTH);
            assertThat(turn.prompt()).isEqualTo("<|user|>Oslo?</s><|assistant|>");
            assertThat(turn.response()).as(cut).startsWith("<call>weather {");
            String written = turn.response().substring("<call>weather ".length());
            assertThat(end == 0 ? "{" : cut).as(cut).startsWith(written);
            assertThat(turn.end()).isEqualTo("</s>");
            assertThat(written.length()).as(cut).isGreaterThanOrEqualTo(Math.max(1, end - "2.5, {}]".length()));
            longest = Math.max(longest, written.length());
        }
        assertThat(longest).isEqualTo(arguments.length() - " null}".length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"city": "Os                 | {"city": "Os
            {"city": "Oslo"              | {"city": "Oslo
            {"ci                         | {"ci
            {"city":                     | {"city":
            {"a": "\\\\                  | {"a": "
            {"a": "\\\\u00               | {"a": "
            {"a": "\\\\ud83d             | {"a": "
            {"a": "x", "n": 12           | {"a": "x", "n":
            {"a": {"b": [1, {"c": "d     | {"a": {"b": [1, {"c": "d
            """)
    void renderTurn_callCutOff_goesAsFarAsTheModelWrote(String arguments, String written) {
        RenderedTurn turn = turn(CALLS, QUESTION, calling(arguments.replace("\\\\", "\\")), FinishReason.LENGTH);
        assertThat(turn.response()).isEqualTo("<call>weather " + written);
    }

    @Test
    void renderTurn_secondCallCutOff_keepsTheFirst() {
        Message calls = new Message(
                Message.ASSISTANT,
                null,
                Content.of("Both."),
                List.of(new ToolCall("1", "weather", "{\"city\": \"Oslo\"}"), new ToolCall("2", "weather", "{\"city")),
                null,
                null,
                null);
        assertThat(turn(CALLS, QUESTION, calls, FinishReason.LENGTH).response())
                .isEqualTo("Both.<call>weather {\"city\": \"Oslo\"}</call><call>weather {\"city");
    }

    @Test
    void renderTurn_cutOffTextThatIsNoJson_isTheTextAsAWholeOneWouldBe() {
        assertThat(turn(CALLS, QUESTION, calling("city=Os"), FinishReason.LENGTH))
                .isEqualTo(turn(CALLS, QUESTION, calling("city=Os"), FinishReason.STOP));
    }

    @Test
    void renderTurn_wholeCallCutOffLater_isWhole() {
        assertThat(turn(CALLS, QUESTION, calling("{\"city\": \"Oslo\"}"), FinishReason.LENGTH)
                        .response())
                .isEqualTo("<call>weather {\"city\": \"Oslo\"}</call>");
    }

    @Test
    void renderTurn_thoughtCutOff_doesNotEnd() {
        Message thought = new Message(Message.ASSISTANT, null, Content.absent(), List.of(), null, null, "Oslo is in");
        assertThat(turn(CALLS, QUESTION, thought, FinishReason.LENGTH).response())
                .isEqualTo("<think>Oslo is in");
        assertThat(turn(CALLS, QUESTION, thought, FinishReason.STOP).response()).isEqualTo("<think>Oslo is in</think>");
    }

    @Test
    void renderTurn_textCutOffAtASpace_keepsIt() {
        assertThat(turn(CALLS, QUESTION, Message.assistant("It is "), FinishReason.CONTENT_FILTER))
                .isEqualTo(new RenderedTurn("<|user|>Oslo?</s><|assistant|>", "It is ", "</s>"));
    }

    @Test
    void renderTurn_templateThatLeavesOutTheCall_saysSo() {
        String texts = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}"
                + "{% if add_generation_prompt %}<|assistant|>{% endif %}";
        Message call = new Message(
                Message.ASSISTANT,
                null,
                Content.of("I look."),
                List.of(new ToolCall("c", "weather", "{}")),
                null,
                null,
                null);
        TurnRendering rendering = template(texts).renderTurn(QUESTION, call, FinishReason.TOOL_CALLS, Instant.EPOCH);
        assertThat(((Rendering.Failed) rendering).message()).endsWith("it leaves out the tool calls of the response");
    }

    @Test
    void renderTurn_continuedChat_asksTheBeginningAndLearnsTheRest() {
        Chat chat = continued(" {\"a\":");
        ChatTemplate template = template(CALLS);
        assertThat(((Rendering.Rendered) template.render(chat, Instant.EPOCH)).text())
                .isEqualTo("<|user|>Oslo?</s><|assistant|>{\"a\":");
        assertThat(template.renderTurn(chat, Message.assistant(" 1}"), FinishReason.STOP, Instant.EPOCH))
                .isEqualTo(new RenderedTurn("<|user|>Oslo?</s><|assistant|>{\"a\":", " 1}", "</s>"));
        assertThat(template.renderTurn(chat, Message.assistant(" 1"), FinishReason.LENGTH, Instant.EPOCH))
                .isEqualTo(new RenderedTurn("<|user|>Oslo?</s><|assistant|>{\"a\":", " 1", "</s>"));
    }

    @Test
    void renderTurn_continuedChatWithACall_learnsTheCall() {
        assertThat(turn(CALLS, continued("I look."), calling("{}"), FinishReason.TOOL_CALLS))
                .isEqualTo(
                        new RenderedTurn("<|user|>Oslo?</s><|assistant|>I look.", "<call>weather {}</call>", "</s>"));
    }

    @Test
    void renderTurn_beginningThatIsWrittenOtherwiseLater_isRefusedInWords() {
        String counting =
                "{% for m in messages %}<|{{ m.role }}|>{{ m.content | length }}:{{ m.content }}</s>{% endfor %}"
                        + "{% if add_generation_prompt %}<|assistant|>{% endif %}";
        TurnRendering rendering = template(counting)
                .renderTurn(continued("I"), Message.assistant(" look."), FinishReason.STOP, Instant.EPOCH);
        assertThat(((Rendering.Failed) rendering).message())
                .contains("the beginning of the response otherwise once it goes on");
    }

    private static Chat continued(String beginning) {
        return new Chat(List.of(Message.of("user", "Oslo?"), Message.assistant(beginning)), List.of(), List.of(), true);
    }

    private static Message calling(String arguments) {
        return new Message(
                Message.ASSISTANT,
                null,
                Content.absent(),
                List.of(new ToolCall("call", "weather", arguments)),
                null,
                null,
                null);
    }

    private static ChatTemplate template(String source) {
        return ChatTemplate.of(Path.of("t.jinja"), source, TOKENS);
    }

    private static RenderedTurn turn(String source, Chat chat, Message response, FinishReason reason) {
        return (RenderedTurn) template(source).renderTurn(chat, response, reason, Instant.EPOCH);
    }
}
