package io.stillstream.producer.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.source.Line;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptParserTest {

    private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");

    private final PromptParser parser = parser("traffic.jsonl");

    @Test
    void parse_chat_keepsEverything() {
        Prompt prompt = accepted("""
                {"id":"p1","conversation_id":"c1","tenant":"acme","created_at":"2026-01-01T00:00:00Z",
                 "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],
                 "response":"Hello.","reference":"Hello!","metadata":{"model":"big","n":3,"tags":["a"]}}""");

        assertThat(prompt.id()).isEqualTo("p1");
        assertThat(prompt.conversationId()).isEqualTo("c1");
        assertThat(prompt.tenant()).isEqualTo("acme");
        assertThat(prompt.createdAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(((Chat) prompt.input()).messages())
                .containsExactly(Message.of("system", "Be brief."), Message.of("user", "Hi"));
        assertThat(said(prompt)).isEqualTo("Hello.");
        assertThat(prompt.reference()).isEqualTo("Hello!");
        assertThat(prompt.metadata()).isEqualTo(Map.of("model", "big", "n", "3", "tags", "[\"a\"]"));
    }

    @Test
    void parse_plainPrompt_getsDefaults() {
        Prompt prompt = accepted("{\"prompt\":\"Once upon\",\"response\":\" a time\"}");

        assertThat(((PlainText) prompt.input()).text()).isEqualTo("Once upon");
        assertThat(said(prompt)).isEqualTo(" a time");
        assertThat(prompt.conversationId()).isEqualTo(prompt.id());
        assertThat(prompt.tenant()).isEqualTo("default");
        assertThat(prompt.createdAt()).isEqualTo(NOW);
    }

    @Test
    void parse_requestAndResponseLog_isAPrompt() {
        Prompt prompt = accepted("""
                {"request":{"model":"big","messages":[{"role":"user","content":"Hi"}]},
                 "response":{"id":"x","choices":[{"message":{"role":"assistant","content":"Hello."}}]}}""");

        assertThat(((Chat) prompt.input()).messages()).containsExactly(Message.of("user", "Hi"));
        assertThat(said(prompt)).isEqualTo("Hello.");
    }

    @Test
    void parse_messagesThatEndInTheAnswer_areSplit() {
        Prompt prompt = accepted("""
                {"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello."}]}""");

        assertThat(((Chat) prompt.input()).messages()).isEqualTo(List.of(Message.of("user", "Hi")));
        assertThat(said(prompt)).isEqualTo("Hello.");
    }

    @Test
    void parse_textParts_stayParts() {
        Prompt prompt = accepted("""
                {"messages":[{"role":"user","content":[{"type":"text","text":"Hi "},{"type":"text","text":"you"}]}]}""");

        assertThat(((Chat) prompt.input()).messages())
                .containsExactly(new Message(
                        "user", null, new Content.Parts(List.of("Hi ", "you")), List.of(), null, null, null));
    }

    @Test
    void parse_noResponseOrNull_leavesItToTheTeacher() {
        assertThat(accepted("{\"prompt\":\"Hi\"}").response()).isNull();
        assertThat(accepted("{\"prompt\":\"Hi\",\"response\":null}").response()).isNull();
    }

    @Test
    void parse_noId_isTheSameNextTimeAndNoOtherLines() {
        Line first = line(1, "{\"prompt\":\"Hi\"}");

        String id = id(parser, first);

        assertThat(id).isEqualTo(id(parser("traffic.jsonl"), first));
        assertThat(id).isNotEqualTo(id(parser, line(2, "{\"prompt\":\"Hi\"}")));
        assertThat(id).isNotEqualTo(id(parser, line(1, "{\"prompt\":\"Ho\"}")));
        assertThat(id).isNotEqualTo(id(parser("other.jsonl"), first));
    }

    @Test
    void parse_byteOrderMark_isPassedOver() {
        assertThat(accepted("\uFEFF{\"prompt\":\"Hi\"}").input()).isEqualTo(new PlainText("Hi"));
    }

    @Test
    void parse_openAiTime_isSecondsSince1970() {
        assertThat(accepted("{\"prompt\":\"Hi\",\"created\":1767225600}").createdAt())
                .isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"prompt":"Hi"                                       | MALFORMED_JSON | the line is not JSON
            {"prompt":"Hi"} and more                             | MALFORMED_JSON | the line is not JSON
            not json                                             | MALFORMED_JSON | at column
            [1,2]                                                | INVALID_PROMPT | the line is an array; expected an object
            {"text":"Hi"}                                        | INVALID_PROMPT | neither messages nor a prompt
            {"prompt":7}                                         | INVALID_PROMPT | prompt is a number; expected a string
            {"prompt":"Ho","messages":[{"role":"user","content":"Hi"}]} | INVALID_PROMPT | both
            {"messages":"Hi"}                                    | INVALID_PROMPT | messages is a string; expected an array
            {"messages":[{"content":"Hi"}]}                      | INVALID_PROMPT | messages[0].role is missing; expected a string
            {"messages":[{"role":"user","content":[{"type":"image_url"}]}]} | UNSUPPORTED_CONTENT | a part of type 'image_url'
            {"prompt":"Hi","response":[]}                        | EMPTY_RESPONSE | response is an empty array
            {"prompt":"Hi","response":""}                        | EMPTY_RESPONSE | response is blank
            {"prompt":"Hi","response":7}                         | INVALID_PROMPT | response is a number; expected a string
            {"prompt":"Hi","created_at":"yesterday"}             | INVALID_PROMPT | created_at is 'yesterday', which is not a time
            {"prompt":"  "}                                      | EMPTY_PROMPT   | empty
            {"messages":[]}                                      | EMPTY_PROMPT   | empty
            {"messages":[{"role":"user","content":null}]}        | EMPTY_PROMPT   | empty
            """)
    void parse_noPrompt_isRejectedWithCodeAndDetail(String text, RejectionCode code, String detail) {
        Rejection rejection = rejection(parser.parse(line(1, text)));

        assertThat(rejection.code()).isEqualTo(code);
        assertThat(rejection.detail()).contains(detail).doesNotContain("\n").hasSizeLessThan(300);
    }

    @Test
    void parse_invalidUtf8_isRejected() {
        byte[] bytes = "{\"prompt\":\"H?\"}".getBytes(StandardCharsets.UTF_8);
        bytes[12] = (byte) 0xC3;

        assertThat(rejection(parser.parse(new Line(1, bytes, bytes.length))).code())
                .isEqualTo(RejectionCode.INVALID_UTF8);
    }

    @Test
    void parse_fieldsThatAreConfigured_areReadWhereTheyPoint() {
        Map<String, String> fields = Map.of(
                "messages",
                "/call/ask",
                "response",
                "/call/got/0/say",
                "id",
                "/n",
                "created_at",
                "/when",
                "tools",
                "/fns");
        var unknown = new UnknownFields();
        var pointed = new PromptParser("f", pointing(fields), Clock.fixed(NOW, ZoneOffset.UTC), unknown);

        Prompt prompt = ((Outcome.Accepted<List<Prompt>>) pointed.parse(line(1, """
                {"n":7,"when":"2026-01-01 00:00:00","fns":[{"name":"f"}],"mood":"good",
                 "call":"{\\"ask\\":[{\\"role\\":\\"user\\",\\"content\\":\\"Hi\\"}],\\"got\\":[{\\"say\\":\\"Hello.\\"}]}"}""")))
                .value()
                .get(0);

        assertThat(prompt.id()).isEqualTo("7");
        assertThat(prompt.createdAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(prompt.input())
                .isEqualTo(new Chat(
                        List.of(Message.of("user", "Hi")),
                        List.of("{\"type\":\"function\",\"function\":{\"name\":\"f\"}}"),
                        List.of()));
        assertThat(said(prompt)).isEqualTo("Hello.");
        assertThat(unknown.counts()).isEqualTo(Map.of("mood", 1L));
        assertThat(rejection(pointed.parse(line(2, "{\"n\":8}"))).detail())
                .isEqualTo("traffic.fields.messages is /call/ask, and there is nothing there; expected what was asked");
    }

    private static TrafficConfig pointing(Map<String, String> fields) {
        TrafficConfig config = TrafficConfig.reading("f");
        return new TrafficConfig(
                config.source(),
                config.name(),
                config.follow(),
                config.fromStart(),
                config.promptsPerSecond(),
                config.maxInFlight(),
                config.heldOutFraction(),
                config.repeat(),
                config.limit(),
                config.maxLineBytes(),
                config.duplicateWindow(),
                config.shownRejections(),
                config.transactionRecords(),
                config.transactionLinger(),
                config.deliveryTimeout(),
                fields);
    }

    private static PromptParser parser(String source) {
        return new PromptParser(
                source, TrafficConfig.reading(source), Clock.fixed(NOW, ZoneOffset.UTC), new UnknownFields());
    }

    private Prompt accepted(String text) {
        return ((Outcome.Accepted<List<Prompt>>) parser.parse(line(1, text)))
                .value()
                .get(0);
    }

    private static String id(PromptParser parser, Line line) {
        return ((Outcome.Accepted<List<Prompt>>) parser.parse(line))
                .value()
                .get(0)
                .id();
    }

    private static Rejection rejection(Outcome<List<Prompt>> parsed) {
        return ((Outcome.Rejected<List<Prompt>>) parsed).rejection();
    }

    private static Line line(long number, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Line(number, bytes, bytes.length);
    }

    private static String said(Prompt prompt) {
        return Objects.requireNonNull(prompt.response()).message().said();
    }
}
