package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.file.Digests;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tokenizer that would end the process is refused; the process that finds out is another. */
final class TokenizerTrialIT {

    private static final Path BYTE_LEVEL =
            Path.of("src/test/resources/io/stillstream/huggingface/tokenizer/bytelevel/tokenizer.json");
    private static final List<String> JAVA = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+ErrorFileToStderr",
            "-cp",
            System.getProperty("java.class.path"));

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a+)+$\"}, \"behavior\": \"Isolated\","
                        + " \"invert\": false},",
                "\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \"(x+x+)+y\"}, \"content\": \"z\"},"
            })
    void load_patternThatBacktracks_isRefusedByName(String stage) throws IOException {
        String name = stage.substring(0, stage.indexOf(':'));
        String text = Files.readString(BYTE_LEVEL).replaceFirst("(?s)" + name + ":.*?(\\}|null),\\s*(?=\")", "");
        Path file = Files.writeString(
                directory.resolve("tokenizer.json"), text.replaceFirst("\\{", "{" + stage.replace("$", "\\$")));
        assertThatThrownBy(() -> TextTokenizer.load(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageStartingWith("the tokenizer " + file + " cannot be used: on ")
                .hasMessageContaining("it ends the process that tries it (exit code 134)");
    }

    @Test
    void require_tokenizerThatPassed_isNotTriedAgain() throws IOException {
        Path file = Files.writeString(directory.resolve("tokenizer.json"), Files.readString(BYTE_LEVEL) + "\n");
        Path cache = directory.resolve("cache");
        TokenizerFile tokenizer = TokenizerFile.read(file);
        new TokenizerTrial(List.of(cache), JAVA).require(file, Digests.sha256(file), tokenizer);
        try (Stream<Path> kept = Files.list(cache)) {
            assertThat(kept).hasSize(1);
        }
        // A command that does not exist would be noticed.
        TokenizerTrial.forgetPassed();
        new TokenizerTrial(List.of(cache), List.of("/nowhere/java")).require(file, Digests.sha256(file), tokenizer);
        assertThat(TokenizerTrial.isUntried(file)).isFalse();
    }

    @Test
    void require_noProcessAndNoCache_usesItUntried() throws IOException {
        Path file = Files.writeString(directory.resolve("tokenizer.json"), Files.readString(BYTE_LEVEL) + "\n\n");
        Path closed = Files.createDirectory(
                directory.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
        assertThatCode(() -> new TokenizerTrial(List.of(closed.resolve("cache")), List.of("/nowhere/java"))
                        .require(file, Digests.sha256(file), TokenizerFile.read(file)))
                .doesNotThrowAnyException();
        assertThat(TokenizerTrial.isUntried(file)).isTrue();
    }
}
