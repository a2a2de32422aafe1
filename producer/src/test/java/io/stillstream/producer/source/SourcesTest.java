package io.stillstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.producer.ProducerException;
import io.stillstream.producer.TestingPipe;
import io.stillstream.producer.source.file.SourceFile;
import io.stillstream.producer.source.file.SourceFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {

    private static final Duration SOON = Duration.ofMillis(150);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_LINE_BYTES = 1000;

    @TempDir
    private Path directory;

    @Test
    void file_linesWithoutALastBreak_areAllRead() throws Exception {
        Path file = write("a\nb\nc");
        try (var source = open(file)) {
            assertThat(source.name()).isEqualTo("traffic.jsonl");
            assertThat(drain(source)).containsExactly("a", "b", "c");
            assertThat(source.poll(SOON)).isEqualTo(new Polled.End());
        }
    }

    @Test
    void follow_growingFile_givesALineOnceItIsWhole() throws Exception {
        Path file = write("a\nb");
        try (var source = follow(file)) {
            assertThat(drain(source)).containsExactly("a");
            append(file, "b\nc\n");
            assertThat(drain(source)).containsExactly("bb", "c");
            assertThat(source.poll(Duration.ZERO)).isEqualTo(new Polled.Pending());
        }
    }

    @Test
    void follow_rotatedFile_readsTheOldOneOutAndThenTheNew() throws Exception {
        Path file = write("a\n");
        try (var source = follow(file)) {
            assertThat(drain(source)).containsExactly("a");
            append(file, "b\nc");
            Path old = Files.move(file, directory.resolve("traffic.1"), StandardCopyOption.ATOMIC_MOVE);
            append(old, "c\n");
            assertThat(drain(source)).as("while there is no new file").containsExactly("b", "cc");
            write("d\n");
            assertThat(drain(source)).containsExactly("d");
        }
    }

    @Test
    void follow_newFileOfTheName_isReadBeforeNothingIsLeft() throws Exception {
        Path file = write("a\n");
        try (var source = follow(file)) {
            assertThat(drain(source)).containsExactly("a");
            Files.move(file, directory.resolve("traffic.1"));
            write("b\n");
            assertThat(source.poll(Duration.ZERO)).isInstanceOf(Line.class);
        }
    }

    @Test
    void follow_unfinishedLine_isTheRest() throws Exception {
        Path file = write("a\nb");
        try (var source = follow(file)) {
            assertThat(drain(source)).containsExactly("a");
            assertThat(source.rest())
                    .map(line -> new String(line.bytes(), StandardCharsets.UTF_8))
                    .contains("b");
            assertThat(source.position().orElseThrow().offset()).isEqualTo(3);
            assertThat(source.rest()).isEmpty();
        }
    }

    @Test
    void follow_truncatedFile_isReadFromItsStart() throws Exception {
        Path file = write("a\nb\nc\n");
        try (var source = follow(file)) {
            assertThat(drain(source)).containsExactly("a", "b", "c");
            Files.writeString(file, "d\n", StandardOpenOption.TRUNCATE_EXISTING);
            assertThat(drain(source)).containsExactly("d");
        }
    }

    @Test
    void input_endOfStream_ends() throws Exception {
        var in = new ByteArrayInputStream("a\nb".getBytes(StandardCharsets.UTF_8));
        try (var source = Sources.input(in, "stdin", MAX_LINE_BYTES)) {
            assertThat(drain(source, PATIENCE)).containsExactly("a", "b");
            assertThat(source.poll(PATIENCE)).isEqualTo(new Polled.End());
            assertThat(source.poll(PATIENCE)).isEqualTo(new Polled.End());
        }
    }

    @Test
    void input_silentStream_doesNotHoldTheReader() throws Exception {
        try (var writer = new PipedOutputStream();
                var source = Sources.input(new PipedInputStream(writer), "stdin", MAX_LINE_BYTES)) {
            assertThat(source.poll(SOON)).isEqualTo(new Polled.Pending());
        }
    }

    @Test
    void input_brokenStream_isAnError() throws Exception {
        InputStream broken = InputStream.nullInputStream();
        broken.close();
        try (var source = Sources.input(broken, "stdin", MAX_LINE_BYTES)) {
            assertThatThrownBy(() -> drain(source, PATIENCE))
                    .isInstanceOf(ProducerException.class)
                    .hasMessageContaining("Stream closed");
        }
    }

    @Test
    void stream_pipe_isReadOnceToItsEnd() throws Exception {
        Path pipe = TestingPipe.in(directory);
        assertThat(SourceFiles.isStream(pipe.toString())).isTrue();
        try (var source = Sources.stream(pipe.toString(), InputStream.nullInputStream(), MAX_LINE_BYTES)) {
            assertThat(source.name()).isEqualTo("pipe");
            assertThat(source.poll(SOON)).as("nobody writes yet").isEqualTo(new Polled.Pending());
            Files.writeString(pipe, "a\nb\n", StandardOpenOption.WRITE);
            assertThat(drain(source, PATIENCE)).containsExactly("a", "b");
            assertThat(source.poll(PATIENCE)).isEqualTo(new Polled.End());
        }
    }

    private static LineSource open(Path file) {
        return Sources.open(new SourceFile(file.getFileName().toString(), file), MAX_LINE_BYTES, 0);
    }

    private static LineSource follow(Path file) {
        return Sources.follow(new SourceFile(file.getFileName().toString(), file), MAX_LINE_BYTES, 0);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("traffic.jsonl"), text);
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }

    /** What a file has: it is read by the thread that asks. */
    private static List<String> drain(LineSource source) throws InterruptedException {
        return drain(source, SOON);
    }

    private static List<String> drain(LineSource source, Duration patience) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        while (source.poll(patience) instanceof Line line) {
            lines.add(new String(line.bytes(), StandardCharsets.UTF_8));
        }
        return lines;
    }
}
