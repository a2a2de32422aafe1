package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Every way in which a text leaves this process, with a text that takes over the terminal that shows it. */
final class EscapedTextTest {

    /** Clears the screen, by both names of the sequence; then reverses what follows. */
    private static final String HOSTILE = "a\u001b[2J\u009b2J\u202eb\tc\n";

    private static final String ESCAPED = "a\\u001b[2J\\u009b2J\\u202eb\tc\n";

    @Test
    void stream_everyWayToPrint_isEscaped() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new EscapedPrintStream(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        out.print(HOSTILE);
        out.print((Object) HOSTILE);
        out.print(HOSTILE.toCharArray());
        out.printf("%s", HOSTILE);
        out.append(HOSTILE);
        out.println(HOSTILE);
        out.println((Object) HOSTILE);
        out.print('\u001b');
        out.println(7);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo(ESCAPED.repeat(5) + (ESCAPED + System.lineSeparator()).repeat(2) + "\\u001b7"
                        + System.lineSeparator());
        bytes.reset();
        out.write("raw \u001b".getBytes(StandardCharsets.UTF_8));
        out.flush();
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("raw \u001b");
    }

    @Test
    void writer_everyWayToPrint_isEscaped() {
        StringWriter written = new StringWriter();
        try (PrintWriter errors = EscapedWriter.errors(new PrintWriter(written))) {
            errors.print(HOSTILE);
            errors.print('\u001b');
            errors.printf("%s", HOSTILE);
            new IllegalStateException(HOSTILE).printStackTrace(errors);
        }
        assertThat(written.toString())
                .startsWith(ESCAPED + "\\u001b" + ESCAPED + IllegalStateException.class.getName() + ": " + ESCAPED)
                .doesNotContain("\u001b");
    }

    @Test
    void log_messageAndStackTrace_areEscapedAndUsersOfUrlsMasked() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%level %logged(%msg%n%ex{full})");
        encoder.start();
        Logger logger = context.getLogger(EscapedTextTest.class);
        byte[] line = encoder.encode(new LoggingEvent(
                EscapedTextTest.class.getName(),
                logger,
                Level.WARN,
                "rejected " + HOSTILE + "at http://u:p@host/",
                new IllegalStateException(HOSTILE),
                null));
        assertThat(new String(line, StandardCharsets.UTF_8))
                .startsWith("WARN rejected " + ESCAPED + "at http://****@host/\n"
                        + IllegalStateException.class.getName() + ": " + ESCAPED)
                .doesNotContain("\u001b", "\u009b", "\u202e");
    }

    @Test
    void table_cell_staysOnItsLine() {
        StringBuilder printed = new StringBuilder();
        Table.start(line -> printed.append(line).append('|'), Table.text("of", 2))
                .row(HOSTILE);
        assertThat(printed.toString())
                .isEqualTo("of|" + ESCAPED.replace("\t", "\\u0009").replace("\n", "\\u000a") + "|");
    }
}
