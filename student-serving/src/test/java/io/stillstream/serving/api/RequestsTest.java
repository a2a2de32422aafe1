package io.stillstream.serving.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stillstream.contract.prompt.Content;
import io.stillstream.serving.api.request.ChatRequest;
import io.stillstream.serving.api.request.CompletionRequest;
import io.stillstream.serving.api.request.GenerationOptions;
import io.stillstream.serving.api.request.TextPrompt;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestsTest {

    private static final int MOST_CHOICES = 8;
    private static final String MESSAGES = "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]";

    @Test
    void chat_withNothingButMessages_hasTheApisDefaults() {
        ChatRequest request = chat("{'model': 'm', %s}");

        assertThat(request.model()).isEqualTo("m");
        assertThat(request.chat().messages()).hasSize(1);
        assertThat(request.options())
                .isEqualTo(new GenerationOptions(
                        null, 1, 1, null, List.of(), 1, GenerationOptions.NO_LOGPROBS, false, false));
    }

    @Test
    void chat_withEverythingThatIsSupported_readsIt() {
        ChatRequest request = chat("{'model': 'm', %s, 'max_completion_tokens': 7, 'temperature': 0.5, 'top_p': 0.9,"
                + " 'seed': -3, 'stop': ['x', 'yz'], 'n': 3, 'logprobs': true, 'top_logprobs': 2, 'stream': true,"
                + " 'stream_options': {'include_usage': true}, 'user': 'u', 'metadata': {'a': 'b'}}");

        assertThat(request.options())
                .isEqualTo(new GenerationOptions(7, 0.5, 0.9, -3L, List.of("x", "yz"), 3, 2, true, true));
    }

    @Test
    void chat_withFieldsThatAskForNothing_isTaken() {
        ChatRequest request = chat("{'model': 'm', %s, 'tools': [], 'tool_choice': 'none', 'functions': [],"
                + " 'function_call': 'none', 'response_format': {'type': 'text'}, 'modalities': ['text'], 'logit_bias': {},"
                + " 'presence_penalty': 0, 'frequency_penalty': 0.0, 'store': false, 'service_tier': 'auto', 'audio': null,"
                + " 'stop': null, 'max_tokens': null, 'seed': null}");

        assertThat(request.options().maxTokens()).isNull();
    }

    @Test
    void chat_withPartsAndAnOldAnswer_readsTheirTexts() {
        ChatRequest request = ChatRequest.read(
                bytes("{'model': 'm', 'messages': [{'role': 'system', 'content': [{'type': 'text', 'text': 'a'},"
                        + " {'type': 'text', 'text': 'b'}]}, {'role': 'user', 'name': 'n', 'content': 'c'}, {'role':"
                        + " 'assistant', 'content': null, 'refusal': 'no', 'annotations': [], 'tool_calls': null}, {'role':"
                        + " 'user', 'content': 'd'}]}"),
                MOST_CHOICES);

        assertThat(request.chat().messages().get(0).content()).isEqualTo(new Content.Parts(List.of("a", "b")));
        assertThat(request.chat().messages().get(1).name()).isEqualTo("n");
        assertThat(request.chat().messages().get(2).said()).isEqualTo("no");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "tools | [{'type': 'function'}]",
                "tool_choice | 'auto'",
                "parallel_tool_calls | true",
                "functions | [{}]",
                "function_call | 'auto'",
                "response_format | {'type': 'json_object'}",
                "modalities | ['text', 'audio']",
                "audio | {'voice': 'x'}",
                "prediction | {'type': 'content'}",
                "reasoning_effort | 'low'",
                "verbosity | 'low'",
                "web_search_options | {}",
                "store | true",
                "service_tier | 'flex'",
                "logit_bias | {'1': 2}",
                "presence_penalty | 0.1",
                "frequency_penalty | -1",
            })
    void chat_withWhatIsNotSupported_isRefusedByName(String name, String value) {
        ApiError error = refusal("{'model': 'm', %s, '" + name + "': " + value + "}");

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.param()).isEqualTo(name);
        assertThat(error.code()).isEqualTo("unsupported_parameter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "temperature | 2.1 | invalid_value",
                "temperature | 'hot' | invalid_type",
                "temperature | -0.1 | invalid_value",
                "top_p | 1.1 | invalid_value",
                "top_p | true | invalid_type",
                "seed | 1.5 | invalid_type",
                "seed | 9223372036854775808 | invalid_value",
                "n | 0 | invalid_value",
                "n | 9 | invalid_value",
                "n | '1' | invalid_type",
                "max_tokens | 0 | invalid_value",
                "max_tokens | 1.0 | invalid_type",
                "max_completion_tokens | 99999999999 | invalid_value",
                "stream | 'yes' | invalid_type",
                "stream_options | {'include_usage': true} | invalid_value",
                "stop | 5 | invalid_type",
                "stop | '' | invalid_value",
                "stop | ['a', 'b', 'c', 'd', 'e'] | invalid_value",
                "logprobs | 2 | invalid_type",
                "top_logprobs | 2 | invalid_value",
                "top_logprobs | 21 | invalid_value",
                "nonsense | 1 | unknown_parameter",
            })
    void chat_withAWrongValue_isRefusedByName(String name, String value, String code) {
        ApiError error = refusal("{'model': 'm', %s, '" + name + "': " + value + "}");

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.param()).isEqualTo(name);
        assertThat(error.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[] | messages",
                "'a' | messages",
                "[{'role': 'user'}] | messages[0].content",
                "[{'content': 'a'}] | messages[0].role",
                "[{'role': 'tool', 'content': 'a', 'tool_call_id': 'x'}] | messages[0].role",
                "[{'role': 'wizard', 'content': 'a'}] | messages[0].role",
                "[{'role': 'user', 'content': 'a'}, {'role': 'assistant', 'content': 'b', 'tool_calls': [{}]}] |"
                        + " messages[1].tool_calls",
                "[{'role': 'user', 'content': [{'type': 'image_url', 'image_url': {}}]}] | messages[0].content[0].type",
                "[{'role': 'user', 'content': []}] | messages[0].content",
                "[{'role': 'user', 'content': 'a', 'mood': 'x'}] | messages[0].mood",
                "[{'role': 'user', 'content': '\\ud800'}] | messages[0].content",
                "[3] | messages[0]",
            })
    void messages_thatAreWrong_areRefusedByPlace(String messages, String param) {
        ApiError error = catchThrowableOfType(
                        ApiException.class,
                        () -> ChatRequest.read(bytes("{'model': 'm', 'messages': " + messages + "}"), MOST_CHOICES))
                .error();

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.param()).isEqualTo(param);
    }

    @Test
    void chat_withBothLimits_isRefused() {
        ApiError error = refusal("{'model': 'm', %s, 'max_tokens': 3, 'max_completion_tokens': 2}");
        assertThat(error.param()).isEqualTo("max_tokens");
        assertThat(error.message()).contains("'max_tokens' is 3 and 'max_completion_tokens' is 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{'model': 'm', 'model': 'n'}", "{} {}", "null"})
    void body_thatIsNoJsonObject_isRefused(String body) {
        assertThatThrownBy(() -> ChatRequest.read(bytes(body), MOST_CHOICES))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.error().code()).isEqualTo("invalid_json"));
    }

    @Test
    void body_thatIsNotUtf8_isRefused() {
        byte[] overlong = bytes("{'prompt': 'a??b'}");
        overlong[13] = (byte) 0xc0;
        overlong[14] = (byte) 0x80;
        for (byte[] body : List.of(overlong, "{\"prompt\": \"a\"}".getBytes(StandardCharsets.UTF_16BE))) {
            ApiError error = catchThrowableOfType(ApiException.class, () -> CompletionRequest.read(body, MOST_CHOICES))
                    .error();
            assertThat(new String(error.json(), StandardCharsets.UTF_8)).contains("The body is not JSON");
        }
        assertThat(new String(
                        catchThrowableOfType(ApiException.class, () -> CompletionRequest.read(overlong, MOST_CHOICES))
                                .error()
                                .json(),
                        StandardCharsets.UTF_8))
                .contains("it is not UTF-8");
    }

    @Test
    void body_thatPassesALimitOfTheReader_isRefused() {
        for (String body : List.of(
                "[".repeat(100_000),
                "{'metadata': " + "{'a': ".repeat(5_000) + "1" + "}".repeat(5_001),
                "{'max_tokens': " + "9".repeat(20_000) + "}",
                "{'messages': [" + "{},".repeat(250_000) + "{}]}",
                "{'" + "a".repeat(60_000) + "': 1}")) {
            ApiError error = catchThrowableOfType(
                            ApiException.class, () -> CompletionRequest.read(bytes(body), MOST_CHOICES))
                    .error();

            assertThat(error.code()).isEqualTo("invalid_json");
            assertThat(new String(error.json(), StandardCharsets.UTF_8)).contains("nested too deeply, a number");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1e-300", "1e-46"})
    void topP_thatSinglePrecisionHasNot_isTheSmallestThatItHas(String topP) {
        double read =
                chat("{'model': 'm', %s, 'top_p': " + topP + "}").options().topP();

        assertThat((float) read).isEqualTo(Float.MIN_VALUE);
    }

    @Test
    void completion_ofEveryKindOfPrompt_readsIt() {
        assertThat(completion("'a'").prompts()).containsExactly(new TextPrompt.Text("a"));
        assertThat(completion("['a', 'b']").prompts())
                .containsExactly(new TextPrompt.Text("a"), new TextPrompt.Text("b"));
        assertThat(completion("[3, 4]").prompts()).containsExactly(new TextPrompt.Tokens(List.of(3, 4)));
        assertThat(completion("[[3], [4]]").prompts())
                .containsExactly(new TextPrompt.Tokens(List.of(3)), new TextPrompt.Tokens(List.of(4)));
        assertThat(completion("'a'").options().maxTokens()).isEqualTo(16);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "echo | true | unsupported_parameter",
                "suffix | 'x' | unsupported_parameter",
                "best_of | 2 | unsupported_parameter",
                "logprobs | 6 | invalid_value",
                "logprobs | true | invalid_type",
                "messages | [] | unknown_parameter",
            })
    void completion_withWhatIsNotSupported_isRefusedByName(String name, String value, String code) {
        ApiError error = catchThrowableOfType(
                        ApiException.class,
                        () -> CompletionRequest.read(
                                bytes("{'model': 'm', 'prompt': 'a', '" + name + "': " + value + "}"), MOST_CHOICES))
                .error();

        assertThat(error.param()).isEqualTo(name);
        assertThat(error.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "3", "[1, 'a']", "['a', 1]", "[-1]", "[[]]", "['a','a','a','a','a','a','a','a','a']"})
    void completion_withAWrongPrompt_isRefused(String prompt) {
        assertThatThrownBy(() -> completion(prompt))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.error().param()).startsWith("prompt"));
    }

    @Test
    void error_asJson_isShapedAsOpenAis() {
        assertThat(new String(ApiError.unsupported("tools", "[]").json(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"error\":{\"message\":\"'tools' is not supported by this server; leave it out, or send [].\","
                                + "\"type\":\"invalid_request_error\",\"param\":\"tools\",\"code\":\"unsupported_parameter\"}}");
    }

    private static ChatRequest chat(String template) {
        return ChatRequest.read(bytes(template.replace("%s", MESSAGES)), MOST_CHOICES);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[-1] | -1", "[3, 1000000000000] | 1000000000000", "[1, 0.5] | 0.5", "[1, 'a'] | a string"})
    void completion_tokenThatIsNone_isRefusedByItsValue(String prompt, String shown) {
        assertThatThrownBy(() -> completion(prompt))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> assertThat(e.error().message())
                                .isEqualTo("'prompt' is an array with " + shown
                                        + " in it; expected token ids of the model."));
    }

    private static CompletionRequest completion(String prompt) {
        return CompletionRequest.read(bytes("{'model': 'm', 'prompt': " + prompt + "}"), MOST_CHOICES);
    }

    private static ApiError refusal(String template) {
        return catchThrowableOfType(ApiException.class, () -> chat(template)).error();
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
