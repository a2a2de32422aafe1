package io.stillstream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class BenchCommandTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "scorer", "loss --rounds 3 --json=file", "scorer --x", "--help", "wire -h"})
    void bench_anyArguments_areNamedUnderTheOtherCommand(String arguments) {
        StringWriter err = new StringWriter();

        int exitCode = new CommandLine(new BenchCommand())
                .setErr(new PrintWriter(err))
                .execute(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(exitCode).isEqualTo(2);
        assertThat(err)
                .hasToString("stillstream: benchmarks have a command of their own: "
                        + ("./stillstream-bench " + arguments).strip()
                        + System.lineSeparator());
    }
}
