package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Author;
import io.stillstream.contract.ContractException;
import io.stillstream.contract.Message;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.Split;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PromptCodecTest {

    private static final String GOLDEN = "{\"version\":1,\"id\":\"p-1\",\"conversation_id\":\"c-1\","
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Héllo\"}],\"response\":\"Hi\",\"response_source\":\"PRODUCTION\",\"reference\":\"Hey\","
            + "\"tenant\":\"acme\",\"created_at\":\"2026-01-31T12:00:00Z\",\"split\":\"HELD_OUT\","
            + "\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}";

    @Test
    void encode_chat_isTheGoldenJson() {
        assertThat(new String(PromptCodec.encode(prompt()), StandardCharsets.UTF_8))
                .isEqualTo(GOLDEN);
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
    }

    @Test
    void encode_aStudentsResponse_namesTheSnapshotAndComesBack() {
        Prompt prompt = prompt(Author.student("s-7"));
        byte[] json = PromptCodec.encode(prompt);
        assertThat(new String(json, StandardCharsets.UTF_8))
                .contains("\"response_source\":\"STUDENT\",\"response_snapshot\":\"s-7\"");
        assertThat(PromptCodec.decode(json)).isEqualTo(prompt);
    }

    @Test
    void decode_responseWithoutASource_isProductions() {
        assertThat(decode("{\"id\":\"1\",\"prompt\":\"x\",\"response\":\"y\"}").author())
                .isEqualTo(Author.PRODUCTION);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {                                     | not a JSON prompt
            []                                    | expected an object, found ARRAY
            {"prompt":"x"}                        | the prompt has no id
            {"id":"1"}                            | must have either messages or a plain prompt, and has neither
            {"id":"1","prompt":"  "}              | is empty
            {"id":"1","prompt":5}                 | prompt is NUMBER; expected a string
            {"id":"1","version":9,"prompt":"x"}   | version 9
            {"id":"1","prompt":"x","split":"ALL"} | expected TRAIN or HELD_OUT
            {"id":"1","messages":[{"role":"user"}]} | message 0 lacks a role or a text content
            {"id":"1","prompt":"x","created_at":"noon"} | expected ISO-8601
            {"id":"1","prompt":"x","response":"y","response_source":"NOBODY"} | response_source is 'NOBODY'; expected one of
            {"id":"1","prompt":"x","response":"y","response_source":"STUDENT"} | has the snapshot 'null'; expected the id of
            {"id":"1","prompt":"x","response":"y","response_source":"STUDENT","response_snapshot":" "} | has the snapshot ' '
            {"id":"1","prompt":"x","response":"y","response_source":"TEACHER","response_snapshot":"s"} | and none with any other
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
        return prompt(Author.PRODUCTION);
    }

    private static Prompt prompt(Author author) {
        return new Prompt(
                "p-1",
                "c-1",
                List.of(new Message("user", "Héllo")),
                null,
                "Hi",
                author,
                "Hey",
                "acme",
                Instant.parse("2026-01-31T12:00:00Z"),
                Split.HELD_OUT,
                Map.of("a", "1", "b", "2"));
    }
}
