package io.stillstream.huggingface.template;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No template fills the memory, runs without end or overflows the stack: it is refused in words. */
final class TemplateBoundsTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));

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

    private static void open(String template) {
        ChatTemplate.of(Path.of("t.jinja"), template, TemplateTokens.of(Map.of()));
    }
}
