package io.stillstream.huggingface.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers of JSON as Python 3.11 prints them: {@code json.dumps(json.loads(text))} and {@code str(json.loads(text))}. */
final class PrintedNumbersTest {

    private static final TemplateTokens TOKENS = TemplateTokens.of(Map.of("bos_token", "<s>", "eos_token", "</s>"));
    private static final String OF_A_TOOL =
            "{%- if tools %}{{ tools[0].x | tojson }} {{ tools[0].x }}{%- endif %}{{ messages[0].content }}";
    private static final String OF_A_CALL = "{%- for m in messages %}{%- for c in m.tool_calls or [] %}"
            + "{{ c.function.arguments.x | tojson }} {{ c.function.arguments.x }}"
            + "{%- endfor %}{{ m.content or '' }}{%- endfor %}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                -0.0 | -0.0 | -0.0
                0.0 | 0.0 | 0.0
                -0 | 0 | 0
                -0e0 | -0.0 | -0.0
                1e400 | Infinity | inf
                -1e400 | -Infinity | -inf
                -1e-400 | -0.0 | -0.0
                1E5 | 100000.0 | 100000.0
                1e5 | 100000.0 | 100000.0
                1.0 | 1.0 | 1.0
                100.00 | 100.0 | 100.0
                0.10 | 0.1 | 0.1
                10000000000000000000000 | 10000000000000000000000 | 10000000000000000000000
                1e22 | 1e+22 | 1e+22
                1e16 | 1e+16 | 1e+16
                9999999999999998.0 | 9999999999999998.0 | 9999999999999998.0
                1e15 | 1000000000000000.0 | 1000000000000000.0
                123456789012345678.0 | 1.2345678901234568e+17 | 1.2345678901234568e+17
                1e-7 | 1e-07 | 1e-07
                0.0001 | 0.0001 | 0.0001
                0.00001 | 1e-05 | 1e-05
                5e-324 | 5e-324 | 5e-324
                2.5e-324 | 5e-324 | 5e-324
                1.7976931348623157e308 | 1.7976931348623157e+308 | 1.7976931348623157e+308
                1.7976931348623159e308 | Infinity | inf
                9007199254740993 | 9007199254740993 | 9007199254740993
                9007199254740993.0 | 9007199254740992.0 | 9007199254740992.0
                -9223372036854775809 | -9223372036854775809 | -9223372036854775809
                0.30000000000000004 | 0.30000000000000004 | 0.30000000000000004
                7.1202363472230444e-307 | 7.120236347223045e-307 | 7.120236347223045e-307
                1e99999999999 | Infinity | inf
                NaN | NaN | nan
                Infinity | Infinity | inf
                -Infinity | -Infinity | -inf
                """)
    void render_number_isWhatPythonPrints(String number, String json, String text) {
        String object = "{\"x\":" + number + "}";
        assertThat(render(OF_A_TOOL, new Chat(List.of(Message.of("user", "")), List.of(object), List.of())))
                .isEqualTo(json + " " + text);
        Message call = new Message(
                "assistant", null, Content.absent(), List.of(new ToolCall("1", "f", object)), null, null, null);
        assertThat(render(OF_A_CALL, Chat.of(Message.of("user", ""), call, Message.of("user", ""))))
                .isEqualTo(json + " " + text);
    }

    /** Python reads integers of up to 4,300 digits. */
    @Test
    void render_longestInteger_hasAllOfItsDigits() {
        String digits = "7".repeat(4300);
        String object = "{\"x\":" + digits + "}";
        assertThat(render(OF_A_TOOL, new Chat(List.of(Message.of("user", "")), List.of(object), List.of())))
                .isEqualTo(digits + " " + digits);
    }

    private static String render(String template, Chat chat) {
        Rendering rendering =
                ChatTemplate.of(Path.of("t.jinja"), template, TOKENS).render(chat, Instant.EPOCH, false);
        return ((Rendering.Rendered) rendering).text();
    }
}
