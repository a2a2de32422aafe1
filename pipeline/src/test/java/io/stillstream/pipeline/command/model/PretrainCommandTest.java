package io.stillstream.pipeline.command.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.command.CommandRunner;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** All of it is said before a student is loaded: there is none here. */
final class PretrainCommandTest {

    @TempDir
    private Path directory;

    private final StringWriter errors = new StringWriter();

    private int run(Path texts, String out) {
        return CommandRunner.commandLine(new PretrainCommand(), () -> false)
                .setErr(new PrintWriter(errors))
                .execute("--student", directory.toString(), "--texts", texts.toString(), "--out", out);
    }

    @Test
    void pretrain_ontoATrainedModel_isRefusedAndLeavesIt() throws IOException {
        Path model = Files.writeString(directory.resolve("model.safetensors"), "weights");

        assertThat(run(directory.resolve("texts"), directory.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains("holds a model already (model.safetensors); expected another directory");
        assertThat(model).hasContent("weights");

        assertThat(run(directory.resolve("texts"), model.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains(model + " is no directory; expected one, or a new name");
        assertThat(run(directory.resolve("texts"), "")).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    @Test
    void pretrain_textsThatAreNone_namesFileAndLine() throws IOException {
        String out = directory.resolve("out").toString();
        Path texts = directory.resolve("texts.jsonl");
        assertThat(run(texts, out)).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(errors.toString()).contains("the texts in " + texts + " cannot be read: there is no " + texts);

        Files.write(texts, new byte[] {(byte) 0xFF, '\n'});
        assertThat(run(texts, out)).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(errors.toString()).contains("cannot be read: its bytes are not UTF-8 text");

        Files.writeString(texts, "{\"prompt\": \"a\", \"response\": \"b\"}\n{\"prompt\n");
        assertThat(run(texts, out)).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(errors.toString()).contains(texts + ", line 2: ").doesNotContain("Exception");
    }
}
