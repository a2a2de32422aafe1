package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.Progress;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.pipeline.run.RunPhase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LiveDisplayTest {

    private static final Progress PROGRESS =
            new Progress(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, Map.of(), Map.of(), Double.NaN, Double.NaN);
    private static final String OUTCOME = "step 3 | to score 0, to train 0";

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
    private final AtomicLong nanos = new AtomicLong();

    private LiveDisplay display(boolean terminal) {
        return new LiveDisplay(
                new Screen(out, terminal, 80),
                new ProgressLines(Pipeline.STAGES, Topics.defaults()),
                () -> PROGRESS,
                () -> nanos.getAndAdd(1_000_000_000));
    }

    @Test
    void terminal_secondTime_rewritesBothLines() {
        try (LiveDisplay display = display(true)) {
            display.phase(RunPhase.RUNNING);
            written.reset();
            display.print();
            assertThat(text())
                    .isEqualTo("\r\u001b[2K\u001b[C\u001b[J\r\u001b[?7l"
                            + "0:02 | prompts 0.0/s | scored 0 tok/s | trained 0 tok/s \n" + OUTCOME
                            + " \u001b[?7h\r\u001b[1A");
        }
    }

    @Test
    void terminal_beforeWork_showsOneLine() {
        try (LiveDisplay display = display(true)) {
            display.print();
            display.phase(RunPhase.LOADING);
            assertThat(text())
                    .isEqualTo("\u001b[?7l0:01 | starting \u001b[?7h\r"
                            + "\r\u001b[2K\u001b[C\u001b[J\r\u001b[?7l0:02 | loading the models \u001b[?7h\r");
        }
    }

    @Test
    void terminal_closed_leavesNothing() {
        LiveDisplay display = display(true);
        display.phase(RunPhase.EVALUATING);
        written.reset();
        display.close();
        display.print();
        display.close();
        assertThat(text()).isEqualTo("\r\u001b[2K\u001b[C\u001b[J\r");
    }

    @Test
    void terminal_lineAbove_staysAndTheLinesFollowIt() {
        try (LiveDisplay display = display(true)) {
            display.print();
            written.reset();
            display.above("broker   127.0.0.1:9092");
            assertThat(text())
                    .isEqualTo("\r"
                            + "\u001b[2K\u001b[C\u001b[J\r"
                            + "broker   127.0.0.1:9092\n"
                            + "\u001b[?7l0:01 | starting \u001b[?7h\r");
        }
    }

    @Test
    void pipe_isOnePlainLineATime() {
        try (LiveDisplay display = display(false)) {
            display.phase(RunPhase.RUNNING);
            assertThat(text()).isEqualTo("0:01 | prompts 0.0/s | scored 0 tok/s | trained 0 tok/s | " + OUTCOME + "\n");
        }
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
