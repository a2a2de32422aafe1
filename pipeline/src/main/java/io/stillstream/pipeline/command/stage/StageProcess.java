package io.stillstream.pipeline.command.stage;

import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.StageSettings;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.Logging;
import io.stillstream.pipeline.terminal.Screen;
import io.stillstream.pipeline.terminal.TerminalDisplay;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every command that runs stages does before it does: log and display are set up, and its settings logged. */
final class StageProcess {

    private static final Logger LOG = LoggerFactory.getLogger(StageProcess.class);

    private StageProcess() {}

    /** The log goes to a file, also where nobody looks at a terminal: standard output is for the summary. */
    static TerminalDisplay loggingToFile(StillstreamConfig config, Set<Stage> stages) {
        return display(config, stages, Screen.standard(), Logging.toFile(config.dataDirectory()));
    }

    /** The log goes to a file on a terminal, and to standard error elsewhere: a container's log is what it prints. */
    static TerminalDisplay loggingAsUsual(StillstreamConfig config, Set<Stage> stages) {
        Screen screen = Screen.standard();
        return display(config, stages, screen, screen.terminal() ? Logging.toFile(config.dataDirectory()) : null);
    }

    private static TerminalDisplay display(
            StillstreamConfig config, Set<Stage> stages, Screen screen, @Nullable Path log) {
        LOG.info("configuration:\n  {}", String.join("\n  ", StageSettings.describe(config, stages)));
        config.kafka().doubts().forEach(LOG::warn);
        return new TerminalDisplay(screen, stages, config, log);
    }
}
