package io.stillstream.huggingface.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No template fills the memory, runs without end or overflows the stack: it is refused in words. */
final class TemplateBoundsTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));

    private static final String LONG = "{% set s = 'a' * 1000000 %}{% set t = s ~ 'b' %}";

    /** Two lists that are equal and not the same, of 2^40 numbers each if they were written out. */
    private static final String NESTED = "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(40) %}"
            + "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}";

    private static String repeated(String operation) {
        return LONG + "{% for i in range(100000) %}" + operation + "{% endfor %}";
    }

    static List<Arguments> greedy() {
        String grown = "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(40) %}%s{% endfor %}{{ ns.x }}";
        return List.of(
                Arguments.of(grown.replace("%s", "{% set ns.x = ns.x ~ ns.x %}"), "bounded output"),
                Arguments.of(grown.replace("%s", "{% set ns.x = ns.x | replace('a', 'aaaaaaaa') %}"), "bounded output"),
                Arguments.of(grown.replace("%s", "{% set ns.x = ns.x.join([ns.x, ns.x, ns.x]) %}"), "bounded output"),
                Arguments.of(grown.replace("%s", "{% set ns.x = [ns.x, ns.x] %}") + "{{ ns.x | tojson }}", "bounded"),
                Arguments.of("{{ 'a\nb' | indent(2000000000) }}", "bounded output"),
                Arguments.of("{{ [1] | tojson(indent=2000000000) }}", "bounded output"),
                Arguments.of("{{ 'a' * 2000000000 }}", "bounded output"),
                Arguments.of("{{ [1] * 2000000000 }}", "1048576 items"),
                Arguments.of("{{ 10 ** 100000 }}", "bits"),
                Arguments.of("{{ range(1000000000) | length }}", "range()"),
                Arguments.of("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "steps"),
                Arguments.of("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "deeper than 64"),
                Arguments.of("{{ " + "(".repeat(900) + "1" + ")".repeat(900) + " }}", "deeper than 100"),
                Arguments.of("{{ " + "not ".repeat(900) + "1 }}", "deeper than 100"),
                Arguments.of("{{ 1" + " + 1".repeat(90_000) + " }}", "tokens"),
                Arguments.of(repeated("{{ s[0:1] }}"), "bounded steps"),
                Arguments.of(repeated("{{ s[5] }}"), "bounded steps"),
                Arguments.of(repeated("{{ s == s ~ '' }}"), "bounded"),
                Arguments.of(repeated("{{ s < t }}"), "bounded steps"),
                Arguments.of(repeated("{{ 'aab' in s }}"), "bounded steps"),
                Arguments.of(repeated("{{ s.count('b') }}"), "bounded steps"),
                Arguments.of(repeated("{{ s is lower }}"), "bounded steps"),
                Arguments.of("{{ ('a' * 4000000 ~ 'b') in 'a' * 8000000 }}", "bounded steps"),
                Arguments.of("{{ ('a' * 8000000) | replace('a' * 4000000 ~ 'b', '') }}", "bounded steps"),
                Arguments.of("{{ range(100000) | unique | length }}", "bounded steps"),
                Arguments.of(LONG + "{{ ([s, t, s ~ 'c'] * 10000) | sort | length }}", "bounded steps"),
                Arguments.of(LONG + "{{ ([s] * 1000) | map('upper') | list | length }}", "bounded output"),
                Arguments.of(LONG + "{{ ([1] * 1000000) | map(attribute=s) | list }}", "bounded steps"),
                Arguments.of(NESTED + "{{ ns.x == ns.y }}", "bounded steps"),
                Arguments.of(NESTED + "{{ ns.x in [ns.y] }}", "bounded steps"),
                Arguments.of(NESTED + "{{ {ns.x: 1} }}", "a list is used as a key of a mapping"),
                Arguments.of(NESTED + "{{ ns.x in {} }}", "a list is used as a key of a mapping"),
                Arguments.of("{{ ('a ' * 4000000).split() | length }}", "1048576 items"),
                Arguments.of("{{ ('a,' * 4000000).rsplit(',') | length }}", "1048576 items"),
                Arguments.of("{% for c in 'a' * 4000000 %}{% endfor %}", "1048576 items"),
                Arguments.of("{{ " + "9".repeat(100_000) + " }}", "100000 digits"),
                Arguments.of("{% if true %}".repeat(900) + "{% endif %}".repeat(900), "deeper than 100"));
    }

    @ParameterizedTest
    @MethodSource("greedy")
    void of_templateBeyondABound_isRefused(String template, String reason) {
        assertThatThrownBy(() -> open(template))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("cannot be rendered")
                .hasMessageContaining(reason);
    }

    @Test
    void of_sharedCases_areRefused() throws IOException {
        Path cases = SHARED.resolve("cases/faults/07-template-memory");
        assumeTrue(Files.isDirectory(cases), () -> "no " + cases + "; set -Dstillstream.shared");
        try (Stream<Path> files = Files.list(cases)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".jinja")).toList()) {
                assertThatThrownBy(() -> open(Files.readString(file)))
                        .as(file.toString())
                        .isInstanceOf(HuggingFaceException.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{{ ('9' * 1000000) | int }}; 0",
                "{{ '1e999999999' | int(7) }}; 7",
                "{{ 1.5 | round(2000000000) }} {{ 1e999 | round }}; 1.5 inf",
                "{{ [1e999, 1] | sort }} {{ 1e999 > 1 }} {{ 1e999 - 1e999 == 1 }}; [1, inf] True False",
                "{{ ' a b  c '.split() }}; ['a', 'b', 'c']",
                "{{ 'a,b,c'.rsplit(',', 1) }} {{ 'aXbX'.replace('X', 'yy', 1) }}; ['a,b', 'c'] ayybX",
                "{{ '漢🙂b'[1] }}{{ '漢🙂b'[-1] }}; 🙂b"
            })
    void render_numbersAndTextsAtABound_areAsInPython(String template, String expected) {
        ChatTemplate open = ChatTemplate.of(Path.of("t.jinja"), template, TemplateTokens.of(Map.of()));
        assertThat(open.render(Chat.of(Message.of("user", "a")), Instant.EPOCH))
                .isEqualTo(new Rendering.Rendered(expected));
    }

    private static void open(String template) {
        ChatTemplate.of(Path.of("t.jinja"), template, TemplateTokens.of(Map.of()));
    }
}
