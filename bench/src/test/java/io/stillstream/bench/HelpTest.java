package io.stillstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.command.CommandRunner;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class HelpTest {

    private static final int COLUMNS = 80;

    /** A placeholder that nobody worded is the name of a field, in angle brackets. */
    @Test
    void everyCommand_fitsEightyColumnsWordsItsPlaceholdersAndTellsItsExitCodes() {
        CommandLine bench = CommandRunner.commandLine(new StillstreamBench(), () -> false);
        assertThat(bench.getSubcommands()).containsKeys("loss", "scorer", "producer-chaos");
        bench.getSubcommands().values().stream()
                .filter(command -> !command.getCommandName().equals("help"))
                .forEach(HelpTest::check);
    }

    private static void check(CommandLine command) {
        assertThat(command.getUsageMessage()).as(command.getCommandName()).contains("Exit codes:");
        assertThat(command.getUsageMessage().lines())
                .as(command.getCommandName())
                .allSatisfy(line ->
                        assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS).doesNotContainPattern("<[A-Za-z]"));
    }
}
