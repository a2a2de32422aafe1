package io.stillstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/configuration.md is what the records say. */
final class ConfigurationReferenceTest {

    private static final String WRITE = "stillstream.docs.write";
    private static final String COMMAND = "mvn -pl pipeline -am test -Dtest=ConfigurationReferenceTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true";
    private static final String MARK = "<!-- The rest is generated from the records' Javadoc. -->\n";

    @Test
    void reference_everyKey_isAsTheRecordsSay() throws IOException {
        Path root = root();
        Path file = root.resolve("docs/configuration.md");
        String found = Files.readString(file);
        int mark = found.indexOf(MARK);
        assertThat(mark).as("%s has the line %s", file, MARK.strip()).isNotNegative();
        String expected = found.substring(0, mark + MARK.length())
                + ConfigurationReference.of(StillstreamConfig.defaults(), root);
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(file, expected);
        } else {
            assertThat(found)
                    .as("%s is not up to date; write it with: %s", file, COMMAND)
                    .isEqualTo(expected);
        }
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve("configuration/src"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
