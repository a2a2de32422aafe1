package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a tokenizer.json may not ask of the native library. */
final class TokenizerFileTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));

    @TempDir
    private Path directory;

    static List<Arguments> hostile() {
        String replace = "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a\"},\"content\":\"%s\"}";
        return List.of(
                Arguments.of("{\"a\":2000000000}", "", "has the id 2000000000 in model.vocab"),
                Arguments.of("{\"a\":-1}", "", "expected a whole number from 0 to 4194303"),
                Arguments.of("{\"a\":0.5}", "", "has the id 0.5"),
                Arguments.of("{\"a\":3,\"b\":3}", "", "gives the id 3 to 'a' and to 'b'"),
                Arguments.of("7", "", "expected an object or a list"),
                Arguments.of(
                        "{\"a\":0}",
                        ",\"added_tokens\":[{\"id\":2000000000,\"content\":\"b\"}]",
                        "has the id 2000000000 in added_tokens"),
                Arguments.of(
                        "{\"a\":0}",
                        ",\"added_tokens\":[{\"id\":1,\"content\":\"a\"}]",
                        "the id 1 in added_tokens and 0"),
                Arguments.of(
                        "{\"a\":0}",
                        ",\"post_processor\":{\"special_tokens\":{\"s\":{\"ids\":[2000000000]}}}",
                        "in post_processor"),
                Arguments.of(
                        "{\"a\":0}",
                        ",\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"" + "(".repeat(2000)
                                + ")".repeat(2000) + "\"}}",
                        "2000 levels of brackets"),
                Arguments.of(
                        "{\"a\":0}",
                        ",\"decoder\":{\"type\":\"Replace\",\"content\":\"\",\"pattern\":{\"Regex\":\""
                                + "a".repeat(5000) + "\"}}",
                        "5000 characters"),
                Arguments.of(
                        "{\"a\":0}",
                        ",\"normalizer\":" + replace.formatted("b".repeat(64)),
                        "replaces a byte by up to 65"),
                Arguments.of(
                        "{\"a\":0}",
                        ",\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":["
                                + String.join(",", List.of(replace, replace, replace))
                                        .formatted("bbbbbb", "bbbbbb", "bbbbbb")
                                + "]}",
                        "grows up to 343 times"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void read_beyondABound_isRefusedByName(String vocabulary, String rest, String reason) throws IOException {
        Path file = Files.writeString(
                directory.resolve("tokenizer.json"),
                "{\"model\":{\"type\":\"BPE\",\"vocab\":" + vocabulary + ",\"merges\":[]}" + rest + "}");
        assertThatThrownBy(() -> TokenizerFile.read(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(reason);
    }

    @Test
    void read_publishedTokenizers_areAccepted() throws IOException {
        assumeTrue(Files.isDirectory(SHARED), () -> "no " + SHARED + "; set -Dstillstream.shared");
        try (Stream<Path> files = Files.find(
                SHARED.toRealPath(),
                4,
                (file, attributes) ->
                        file.endsWith("tokenizer.json") && !file.toString().contains("faults"))) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(
                                    TokenizerFile.read(file).tokenBytes().size())
                            .isPositive());
        }
    }
}
