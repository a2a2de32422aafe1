package io.stillstream.pipeline.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class NewStudentCommandTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "model.safetensors"})
    void newStudent_whereAModelIs_isRefusedAndLeavesIt(String file) throws IOException {
        Path model = Files.writeString(directory.resolve(file), "weights");
        StringWriter errors = new StringWriter();

        int code = new CommandLine(new NewStudentCommand())
                .setErr(new PrintWriter(errors))
                .execute(directory.toString(), "--tokenizer", directory.toString());

        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString())
                .contains(directory + " holds a model already (" + file + "); expected another directory");
        assertThat(model).hasContent("weights");
    }
}
