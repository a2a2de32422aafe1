package io.stillstream.producer.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.producer.ProducerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedactionKeyTest {

    private static final RedactionConfig CONFIG = RedactionConfig.defaults();

    @TempDir
    private Path directory;

    @Test
    void open_firstTime_makesAKeyThatIsTheOwnersAlone() throws Exception {
        Path data = directory.resolve("data");

        RedactionKey made = RedactionKey.open(CONFIG, data);

        Path file = data.resolve(RedactionKey.FILE);
        assertThat(file).hasSize(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(data).isDirectoryContaining(found -> found.equals(file)).isDirectoryNotContaining("glob:**.tmp");
        assertThat(RedactionKey.open(CONFIG, data).word("use", "x")).isEqualTo(made.word("use", "x"));
        assertThat(RedactionKey.open(CONFIG, directory.resolve("other")).word("use", "x"))
                .isNotEqualTo(made.word("use", "x"));
    }

    @Test
    void open_cutOffKey_isRefused() throws Exception {
        Files.write(directory.resolve(RedactionKey.FILE), new byte[31]);

        assertThatThrownBy(() -> RedactionKey.open(CONFIG, directory))
                .isInstanceOf(ProducerException.class)
                .hasMessageContaining("redaction.key has 31 bytes; expected the 32");
    }

    @Test
    void word_isOfLettersAlone_andTellsUsesAndTextsApart() {
        RedactionKey key = RedactionKey.ofText("k");

        assertThat(key.word("a", "b", "c"))
                .matches("[a-p]{32}")
                .isNotEqualTo(key.word("a", "bc"))
                .isNotEqualTo(key.word("ab", "c"))
                .isNotEqualTo(RedactionKey.ofText("l").word("a", "b", "c"));
    }
}
