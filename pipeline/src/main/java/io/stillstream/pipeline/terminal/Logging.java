package io.stillstream.pipeline.terminal;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import io.stillstream.configuration.PrivateDirectory;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Moves the log to a file while a live line has the terminal; only warnings still reach it. */
public final class Logging {

    private static final String FILE_NAME = "stillstream.log";

    private Logging() {}

    /** From now on the terminal gets what is a warning or worse, and nothing else is kept. */
    public static void toNowhere() {
        root().getAppender("console").addFilter(warnings());
    }

    /**
     * From now on everything goes to a file in the directory, and to the terminal what is a warning or worse: its message alone,
     * because the file has the rest.
     *
     * @return the file
     */
    public static Path toFile(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        makePrivate(directory, file);
        Logger root = root();
        LoggerContext context = root.getLoggerContext();
        var console = (ConsoleAppender<ILoggingEvent>) root.getAppender("console");
        console.addFilter(warnings());
        console.setEncoder(encoder(context, "%d{HH:mm:ss} %level %logged(%msg%n%ex{short})"));

        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder(context, "%d{ISO8601} %-5level [%thread] %logger{0} %logged(%msg%n%ex{full})"));
        appender.start();
        root.addAppender(appender);
        return file;
    }

    /** A log names files, ids of prompts and users' settings. Where it cannot be written, the appender says so. */
    private static void makePrivate(Path directory, Path file) {
        try {
            PrivateDirectory.createIfAbsent(directory);
            PrivateDirectory.createFileIfAbsent(file);
        } catch (IOException e) {
            LoggerFactory.getLogger(Logging.class).warn("the log {} cannot be made private: {}", file, e.toString());
        }
    }

    private static Logger root() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private static ThresholdFilter warnings() {
        ThresholdFilter warnings = new ThresholdFilter();
        warnings.setLevel(Level.WARN.levelStr);
        warnings.start();
        return warnings;
    }

    private static PatternLayoutEncoder encoder(LoggerContext context, String pattern) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(pattern);
        encoder.start();
        return encoder;
    }
}
