package io.stillstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.command.CommandRunner;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class HelpTest {

    private static final int COLUMNS = 80;

    /** A placeholder that nobody worded is the name of a field, in angle brackets. */
    @Test
    void everyCommand_fitsEightyColumnsWordsItsPlaceholdersAndTellsItsExitCodes() {
        CommandLine stillstream = CommandRunner.commandLine(new Stillstream(), () -> false);
        assertThat(stillstream.getSubcommands()).containsKeys("run", "proxy", "produce", "score", "train", "broker");
        check(stillstream);
    }

    private static void check(CommandLine command) {
        if (command.getCommandSpec().usageMessage().hidden()
                || command.getCommandName().equals("help")) {
            return;
        }
        assertThat(command.getUsageMessage()).as(command.getCommandName()).contains("Exit codes:");
        assertThat(command.getUsageMessage().lines())
                .as(command.getCommandName())
                .allSatisfy(line ->
                        assertThat(line).hasSizeLessThanOrEqualTo(COLUMNS).doesNotContainPattern("<[A-Za-z]"));
        command.getSubcommands().values().forEach(HelpTest::check);
    }
}
