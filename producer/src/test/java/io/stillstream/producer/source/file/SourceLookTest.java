package io.stillstream.producer.source.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.stillstream.producer.ProducerException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class SourceLookTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(SourceLook.class);
    private final Level before = logger.getLevel();
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @TempDir
    private Path directory;

    @BeforeEach
    void listen() {
        logged.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(logged);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(logged);
        logger.setLevel(before);
    }

    @Test
    void again_otherFiles_areLoggedOnlyWhenTheyChange() throws Exception {
        create("a.jsonl", "notes.txt");
        var look = new SourceLook(directory.toString());

        assertThat(look.first()).hasSize(1);
        look.again();
        create("b.jsonl");
        assertThat(look.again()).hasSize(2);
        create("a.jsonl.1");
        look.again();
        look.again();

        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "not read, for their names: notes.txt", "not read, for their names: a.jsonl.1, notes.txt");
    }

    @Test
    void again_nothingThere_isNoFiles() throws Exception {
        Path logs = Files.createDirectory(directory.resolve("logs"));
        for (String source : new String[] {directory.toString(), directory + "/*.jsonl", logs + "/*.jsonl"}) {
            var look = new SourceLook(source);
            assertThatThrownBy(look::first).isInstanceOf(ProducerException.class);
            assertThat(look.again()).as(source).isEmpty();
        }
        Files.delete(logs);
        assertThat(new SourceLook(logs + "/*.jsonl").again()).isEmpty();
        assertThat(new SourceLook(logs.toString()).again()).isEmpty();
    }

    @Test
    void again_fileRenamedMeanwhile_isNoFilesThisTime() {
        var look = new SourceLook(() -> {
            throw new ProducerException(
                    "cannot read prompts", new UncheckedIOException(new NoSuchFileException("a.jsonl")));
        });
        assertThat(look.again()).isEmpty();
        assertThatThrownBy(look::first).isInstanceOf(ProducerException.class);
    }

    private void create(String... names) throws Exception {
        for (String name : names) {
            Files.writeString(directory.resolve(name), "");
        }
    }
}
