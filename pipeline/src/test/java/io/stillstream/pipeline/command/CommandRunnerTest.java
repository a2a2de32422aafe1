package io.stillstream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CommandRunnerTest {

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);

    @Test
    void exitCode_outputOnAFullDisk_isAnErrorThatIsTold() {
        PrintStream full = new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int single) throws IOException {
                        throw new IOException("No space left on device");
                    }
                },
                false,
                StandardCharsets.UTF_8);
        full.println("an answer");

        assertThat(CommandRunner.exitCode(0, full, false, err)).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .isEqualTo("stillstream: standard output could not be written; what was printed is not whole"
                        + System.lineSeparator());
        errors.reset();
        assertThat(CommandRunner.exitCode(0, full, true, err))
                .as("a reader that has seen enough")
                .isZero();
        assertThat(errors.size()).isZero();
        assertThat(CommandRunner.exitCode(2, full, false, err))
                .as("another error")
                .isEqualTo(2);
    }

    @Test
    void exitCode_outputThatIsWritten_isTheCommands() {
        PrintStream written = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        written.println("an answer");

        assertThat(CommandRunner.exitCode(0, written, false, err)).isZero();
        assertThat(CommandRunner.exitCode(3, written, false, err)).isEqualTo(3);
        assertThat(errors.size()).isZero();
    }
}
