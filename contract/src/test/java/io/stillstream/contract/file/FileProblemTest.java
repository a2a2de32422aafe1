package io.stillstream.contract.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileProblemTest {

    @TempDir
    private Path directory;

    private interface Use {
        void run() throws IOException;
    }

    private static String problem(Use use) {
        try {
            use.run();
        } catch (IOException e) {
            return FileProblem.of(e);
        }
        return "none";
    }

    @Test
    void of_eachFailure_saysWhatIsWrongWithWhichFile() throws IOException {
        Path missing = directory.resolve("missing");
        Path file = Files.write(directory.resolve("file"), new byte[] {(byte) 0xFF});

        assertThat(problem(() -> Files.size(missing))).isEqualTo("there is no " + missing);
        assertThat(problem(() -> Files.createDirectories(file)))
                .isEqualTo(file + " is there already, and is no directory");
        assertThat(FileProblem.of(new NotDirectoryException("file"))).isEqualTo("file is no directory");
        assertThat(problem(() -> Files.delete(directory))).isEqualTo(directory + " is not empty");
        assertThat(problem(() -> Files.newBufferedWriter(directory).close())).isEqualTo(directory + ": Is a directory");
        assertThat(problem(() -> Files.readString(file))).isEqualTo("its bytes are not UTF-8 text");
        assertThat(FileProblem.of(new IOException("No space left on device"))).isEqualTo("No space left on device");
        assertThat(FileProblem.of(new IOException())).isEqualTo("IOException");
    }
}
