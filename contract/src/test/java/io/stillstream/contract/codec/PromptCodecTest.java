package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.RejectionCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PromptCodecTest {

    private static final String TOOL =
            "{\"type\":\"function\",\"function\":{\"name\":\"rain\",\"parameters\":{\"most\":1.50}}}";

    private static final String GOLDEN = "{\"version\":2,\"id\":\"p-1\",\"conversation_id\":\"c-1\",\"messages\":["
            + "{\"role\":\"user\",\"name\":\"ann\",\"content\":[{\"type\":\"text\",\"text\":\"Héllo\"},"
            + "{\"type\":\"text\",\"text\":\"you\"}]},"
            + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"t-1\",\"type\":\"function\","
            + "\"function\":{\"name\":\"rain\",\"arguments\":\"{\\\"day\\\": 1}\"}}]},"
            + "{\"role\":\"tool\",\"content\":\"wet\",\"tool_call_id\":\"t-1\"}],"
            + "\"tools\":[" + TOOL + "],\"documents\":[{\"title\":\"sky\"}],"
            + "\"response\":{\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\","
            + "\"reasoning_content\":\"Hm.\"},"
            + "\"finish_reason\":\"length\",\"index\":1,\"source\":\"PRODUCTION\"},\"reference\":\"Hey\","
            + "\"tenant\":\"acme\",\"created_at\":\"2026-01-31T12:00:00Z\",\"split\":\"HELD_OUT\",\"model\":\"big\","
            + "\"sampling\":{\"stop\":[\"x\"],\"temperature\":0.7},\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}";

    @Test
    void encode_chat_isTheGoldenJson() {
        assertThat(new String(PromptCodec.encode(prompt()), StandardCharsets.UTF_8))
                .isEqualTo(GOLDEN);
    }

    /** Whoever makes a prompt: what is beyond these bounds has no number of milliseconds on the wire. */
    @Test
    void prompt_askedBeyondTheBounds_isNone() {
        for (Instant time :
                List.of(Instant.MAX, Instant.MIN, Prompt.LATEST.plusMillis(1), Prompt.EARLIEST.minusNanos(1))) {
            assertThatThrownBy(() -> Prompt.of("1", new PlainText("x"), time))
                    .isInstanceOfSatisfying(
                            ContractException.class,
                            e -> assertThat(e.code(RejectionCode.OTHER)).isEqualTo(RejectionCode.INVALID_PROMPT))
                    .hasMessageStartingWith("created_at is '");
        }
        Prompt last = Prompt.of("1", new PlainText("x"), Prompt.LATEST);
        assertThat(PromptCodec.decode(PromptCodec.encode(last))).isEqualTo(last);
    }

    @Test
    void decode_goldenJson_isThePrompt() {
        assertThat(PromptCodec.decode(GOLDEN.getBytes(StandardCharsets.UTF_8))).isEqualTo(prompt());
    }

    @Test
    void decode_leastPrompt_fillsDefaults() {
        Prompt prompt = decode("{\"id\":\"7\",\"prompt\":\"Once\"}");
        assertThat(prompt.conversationId()).isEqualTo("7");
        assertThat(prompt.tenant()).isEqualTo("default");
        assertThat(prompt.split()).isEqualTo(Split.TRAIN);
        assertThat(prompt.response()).isNull();
        assertThat(prompt.production()).isEqualTo(Production.UNKNOWN);
    }

    @Test
    void encode_aStudentsResponse_namesTheSnapshotAndComesBack() {
        Prompt prompt = prompt().withResponse(Response.of("Hi", Author.student("s-7")));
        byte[] json = PromptCodec.encode(prompt);
        assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"source\":\"STUDENT\",\"snapshot\":\"s-7\"");
        assertThat(PromptCodec.decode(json)).isEqualTo(prompt);
    }

    @Test
    void encode_continuedChat_saysSoAndComesBack() {
        Chat chat = new Chat(List.of(Message.of("user", "Hi"), Message.assistant("Well")), List.of(), List.of(), true);
        Prompt prompt = Prompt.of("p", chat, Instant.parse("2026-01-31T12:00:00Z"));
        byte[] json = PromptCodec.encode(prompt);
        assertThat(new String(json, StandardCharsets.UTF_8)).contains("\"continue_final_message\":true");
        assertThat(PromptCodec.decode(json)).isEqualTo(prompt);
        assertThat(chat.with(Message.assistant(", hello")))
                .isEqualTo(Chat.of(Message.of("user", "Hi"), Message.assistant("Well, hello")));
    }

    @Test
    void decode_responseOfTextAlone_isAWholeAnswerOfProduction() {
        assertThat(decode("{\"id\":\"1\",\"prompt\":\"x\",\"response\":\"y\"}").response())
                .isEqualTo(Response.of("y", Author.PRODUCTION));
    }

    @Test
    void decode_contentThatNoTextStandsFor_isRejectedAsSuch() {
        assertThatThrownBy(() -> decode("{\"id\":\"1\",\"messages\":[{\"role\":\"user\",\"content\":"
                        + "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}]}"))
                .isInstanceOfSatisfying(
                        ContractException.class,
                        thrown -> assertThat(thrown.code(RejectionCode.OTHER))
                                .isEqualTo(RejectionCode.UNSUPPORTED_CONTENT))
                .hasMessageContaining("message 0 has a content part 'image_url'");
    }

    @Test
    void decode_numbersInTools_areAsTheyWereWritten() {
        String tool = "{\"most\":12345678901234567890123,\"least\":0.10,\"none\":-0.0,\"more\":1E5,\"all\":1e400}";
        Prompt prompt =
                decode("{\"id\":\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[" + tool + "]}");
        assertThat(((Chat) prompt.input()).tools()).containsExactly(tool);
        assertThat(((Chat) PromptCodec.decode(PromptCodec.encode(prompt)).input()).tools())
                .containsExactly(tool);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {                                     | not a JSON prompt
            {"id":"1","id":"2","prompt":"x"}      | not a JSON prompt: a field that is there already
            []                                    | expected an object, found array
            {"prompt":"x"}                        | the prompt has no id
            {"id":"1"}                            | must have either messages or a plain prompt, and has neither
            {"id":"1","prompt":"x","messages":[{"role":"user","content":"y"}]} | and has both
            {"id":"1","prompt":"  "}              | is empty
            {"id":"1","prompt":5}                 | prompt is number; expected a string
            {"id":"1","version":1,"prompt":"x"}   | version 1; this build reads version 2
            {"id":"1","version":"2","prompt":"x"} | version "2"
            {"id":"1","prompt":"x","split":"ALL"} | expected TRAIN or HELD_OUT
            {"id":"1","messages":{}}              | messages is object; expected an array
            {"id":"1","messages":[]}              | a chat has no messages
            {"id":"1","messages":["x"]}           | message 0 is string; expected an object
            {"id":"1","messages":[{"content":"x"}]} | message 0 has no role
            {"id":"1","messages":[{"role":"assistant","content":"x"}],"continue_final_message":true} | 1 messages, the last of the role assistant, is to be continued
            {"id":"1","messages":[{"role":"user","content":"x"},{"role":"user","content":"y"}],"continue_final_message":true} | of the role user
            {"id":"1","messages":[{"role":"user","content":"x"}],"continue_final_message":1} | continue_final_message is number; expected true or false
            {"id":"1","messages":[{"role":"user","content":5}]} | message 0 has a content that is number
            {"id":"1","messages":[{"role":"user","content":"x","images":[1]}]} | message 0 has a field 'images'
            {"id":"1","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}]} | message 0, tool call 0 lacks
            {"id":"1","messages":[{"role":"user","content":"x"}],"tools":["f"]} | tools 0 is string; expected an object
            {"id":"1","prompt":"x","created_at":"noon"} | expected ISO-8601
            {"id":"1","prompt":"x","created_at":"+1000000000-12-31T23:59:59Z"} | expected a time from
            {"id":"1","prompt":"x","created_at":"1969-12-31T23:59:59Z"} | expected a time from
            {"id":"1","prompt":"x","response":[]} | response is array; expected a string, or an object
            {"id":"1","prompt":"x","response":{}} | the response's message is missing; expected an object
            {"id":"1","prompt":"x","response":{"message":{"role":"assistant","content":"y"},"finish_reason":"bored"}} | finish_reason is 'bored'; expected one of
            {"id":"1","prompt":"x","response":{"message":{"role":"assistant","content":"y"},"index":"a"}} | index is "a"
            {"id":"1","prompt":"x","response":{"message":{"role":"assistant","content":"y"},"source":"NOBODY"}} | source is 'NOBODY'; expected one of
            {"id":"1","prompt":"x","response":{"message":{"role":"assistant","content":"y"},"source":"STUDENT"}} | has the snapshot 'null'; expected the id of
            {"id":"1","prompt":"x","response":{"message":{"role":"assistant","content":"y"},"source":"STUDENT","snapshot":" "}} | has the snapshot ' '
            {"id":"1","prompt":"x","response":{"message":{"role":"assistant","content":"y"},"source":"TEACHER","snapshot":"s"}} | and none with any other
            """)
    void decode_brokenPrompt_saysWhatIsWrong(String json, String reason) {
        assertThatThrownBy(() -> decode(json))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining(reason);
    }

    private static Prompt decode(String json) {
        return PromptCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    private static Prompt prompt() {
        var chat = new Chat(
                List.of(
                        new Message(
                                "user", "ann", new Content.Parts(List.of("Héllo", "you")), List.of(), null, null, null),
                        new Message(
                                "assistant",
                                null,
                                Content.absent(),
                                List.of(new ToolCall("t-1", "rain", "{\"day\": 1}")),
                                null,
                                null,
                                null),
                        new Message("tool", null, Content.of("wet"), List.of(), "t-1", null, null)),
                List.of(TOOL),
                List.of("{\"title\":\"sky\"}"));
        var refusal = new Message("assistant", null, Content.absent(), List.of(), null, "No.", "Hm.");
        return new Prompt(
                "p-1",
                "c-1",
                chat,
                new Response(refusal, FinishReason.LENGTH, 1, Author.PRODUCTION),
                "Hey",
                "acme",
                Instant.parse("2026-01-31T12:00:00Z"),
                Split.HELD_OUT,
                new Production("big", Map.of("temperature", "0.7", "stop", "[\"x\"]")),
                Map.of("a", "1", "b", "2"));
    }
}
