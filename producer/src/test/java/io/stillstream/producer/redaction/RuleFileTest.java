package io.stillstream.producer.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.producer.ProducerException;
import io.stillstream.producer.redaction.detector.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFileTest {

    private static final String RULES = """
        title = "ours"

        [allowlist]
        description = "everywhere"
        stopwords = ["sample"]
        paths = ['''vendor/.*''']

        [[rules]]
        id = "acme-badge"
        description = "A badge"
        regex = '''(?i)badge[ :]+(B-[0-9]{4}[a-z]?)'''
        keywords = ["Badge"]
        tags = ["people"]

        [[rules]]
        id = "ticket"
        regex = '''\\b(TK)-([0-9a-f]{12})\\b'''
        secretGroup = 2
        entropy = 2.5
        [[rules.allowlists]]
        regexTarget = "line"
        regexes = ['''^example''']
        [[rules.allowlists]]
        condition = "AND"
        stopwords = ["dead"]
        paths = ["x"]

        [[rules]]
        id = "file-only"
        path = '''\\.p12$'''
        """;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        my badge: b-1234x is lost|ACME_BADGE b-1234x
        B-1234 alone|
        badge: B-9sample|
        see TK-0123456789ab now|TICKET 0123456789ab
        see TK-000000000000 now|
        example TK-0123456789ab|
        see TK-dead456789ab now|TICKET dead456789ab
        """)
    void rules_asGitleaksReadsThem(String text, String expected) throws Exception {
        assertThat(found(RULES, text)).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        [[rules]]\\nid = "a"\\nregex = "x"\\nrequired = []|rule a has 'required', which is not supported
        [extend]\\nuseDefault = true|the file has 'extend', which is not supported
        [[rules]]\\nid = "a"|rule a has no regex
        [[rules]]\\nregex = "x"|a rule has the id ''; expected one of its own
        [[rules]]\\nid = "a"\\nregex = "(x"|rule a has a regex that RE2 does not take: error parsing regexp: missing closing )
        [[rules]]\\nid = "a"\\nregex = "x"\\nsecretGroup = 1|rule a has the secretGroup 1; expected 0 to 0
        [[rules]]\\nid = "a"\\nregex = "x"\\nentropy = "high"|rule a has the entropy "high"; expected 0 to 8
        [[rules]]\\nid = "a"\\nregex = "x"\\n[rules.allowlist]\\nregexTarget = "file"|regexTarget "file"; expected secret
        title = "x"|it has no rule
        [[rules|not TOML
        """)
    void rules_whatIsNotUnderstood_isRefusedByName(String toml, String message) {
        assertThatThrownBy(() -> found(toml.replace("\\n", "\n"), "x"))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("rules.toml")
                .hasMessageContaining(message);
    }

    @Test
    void rules_noFile_isOneLine() {
        assertThatThrownBy(() -> Detectors.scanner(config(directory.resolve("none.toml"))))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("none.toml cannot be read")
                .hasMessageNotContaining("\n");
    }

    private List<String> found(String toml, String text) throws Exception {
        Path file = Files.writeString(directory.resolve("rules.toml"), toml);
        List<Finding> findings = Detectors.scanner(config(file)).find(text, () -> false);
        return findings.stream()
                .map(finding -> finding.type() + ' ' + text.substring(finding.start(), finding.end()))
                .toList();
    }

    private static RedactionConfig config(Path rules) {
        RedactionConfig usual = RedactionConfig.defaults();
        return new RedactionConfig(
                true, List.of("card"), rules.toString(), List.of(), usual.maxRecordCharacters(), usual.timeLimit(), "");
    }
}
