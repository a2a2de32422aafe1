package io.stillstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.producer.source.file.SourceFile;
import io.stillstream.producer.source.file.SourceFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a file is read on from after a restart. */
class ResumptionTest {

    private static final int MAX_LINE_BYTES = 20;

    @TempDir
    private Path directory;

    private final List<String> passed = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({
        "t.jsonl,'a\r\nb\n\nc\nd'",
        "t.jsonl,'a\rb\rc\rd'",
        "t.json,'[\n\"a\", 12,\n{\"c\": [1]} ,[4]\n]\n'",
        "t.csv,'x,y\n1,2\n3,4\n5,6\n'",
        "t.jsonl,'a\na line that is longer than one may be\nc\nd\n'"
    })
    void everyLine_restartAfterIt_readsTheRest(String name, String text) throws Exception {
        SourceFile file = write(name, text);
        List<String> all = new ArrayList<>();
        List<ReadPosition> positions = new ArrayList<>();
        try (LineSource source = Sources.open(file, MAX_LINE_BYTES, 0)) {
            positions.add(source.position().orElseThrow());
            while (source.poll(Duration.ZERO) instanceof Line line) {
                all.add(text(line));
                positions.add(source.position().orElseThrow());
            }
        }

        for (int read = 0; read <= all.size(); read++) {
            passed.clear();
            Resumption.Opened opened = resume(file, false, positions.get(read));
            assertThat(opened.resumed()).isTrue();
            assertThat(passed).isEqualTo(all.subList(0, read));
            assertThat(drain(opened.lines())).isEqualTo(all.subList(read, all.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void grownFile_goesOnAfterALastLineWithoutABreak(boolean follow) throws Exception {
        SourceFile file = write("t.jsonl", "a\nb");
        ReadPosition end = readToEnd(file);
        append(file, "\nc\n");

        Resumption.Opened opened = resume(file, follow, end);

        assertThat(opened.resumed()).isTrue();
        assertThat(drain(opened.lines())).containsExactly("", "c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\nb\nc\nd\n", "a\n", ""})
    void otherOrTruncatedFile_isReadFromItsStart(String now) throws Exception {
        SourceFile file = write("t.jsonl", "a\nb\nc\n");
        ReadPosition end = readToEnd(file);
        Files.writeString(file.path(), now);

        Resumption.Opened opened = resume(file, true, end);

        assertThat(opened.resumed()).isFalse();
        assertThat(drain(opened.lines())).isEqualTo(now.lines().toList());
        assertThat(opened.lines().position().orElseThrow().linesBefore())
                .as("numbers continue")
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rotatedFiles_areReadInTheirOrder(boolean compressed) throws Exception {
        SourceFile file = write("app.jsonl", "a\nb\n");
        ReadPosition read = readToEnd(file);
        append(file, "c\n");
        Path old = rotate(file, "app.jsonl-20260101", Instant.EPOCH.plusSeconds(100));
        if (compressed) {
            Path gz = directory.resolve("app.jsonl-20260101.gz");
            try (var out = new GZIPOutputStream(Files.newOutputStream(gz))) {
                Files.copy(old, out);
            }
            Files.delete(old);
            Files.setLastModifiedTime(gz, FileTime.from(Instant.EPOCH.plusSeconds(100)));
        }
        write("app.jsonl", "d\n");
        rotate(file, "app.jsonl.1", Instant.EPOCH.plusSeconds(200));
        write("app.jsonl.md5", "no traffic\n");
        write("app.jsonl", "e\n");

        Resumption.Opened opened = resume(file, true, read);

        assertThat(opened.resumed()).isTrue();
        assertThat(drain(opened.lines())).containsExactly("c", "d", "e");
        ReadPosition position = opened.lines().position().orElseThrow();
        assertThat(position.linesBefore()).isEqualTo(4);
        assertThat(position.line()).isEqualTo(5);
        assertThat(drain(resume(file, true, position).lines())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rotatedFiles_thatThePatternNamesToo_areReadOnce(boolean follow) throws Exception {
        String pattern = directory + "/app.jsonl*";
        SourceFile file = write("app.jsonl", "a\n");
        rotate(file, "app.jsonl.1", Instant.EPOCH.plusSeconds(100));
        write("app.jsonl", "b\n");
        List<SourceFile> files = SourceFiles.of(pattern);
        assertThat(files).extracting(SourceFile::name).containsExactly("app.jsonl");
        ReadPosition read;
        try (LineSource all = new Resumption(files.get(0), follow, MAX_LINE_BYTES).fromStart()) {
            assertThat(drain(all)).containsExactly("a", "b");
            read = all.position().orElseThrow();
        }
        append(file, "c\n");
        Files.move(directory.resolve("app.jsonl.1"), directory.resolve("app.jsonl.2"));
        rotate(file, "app.jsonl.1", Instant.EPOCH.plusSeconds(200));
        write("app.jsonl", "d\n");

        List<SourceFile> later = SourceFiles.of(pattern);

        assertThat(later).extracting(SourceFile::place).containsExactly(file.place());
        Resumption.Opened opened = resume(later.get(0), follow, read);
        assertThat(opened.resumed()).isTrue();
        assertThat(drain(opened.lines())).containsExactly("c", "d");
    }

    /** Where nothing of a new file was read, only the end of the old one says which of the later files are new. */
    @Test
    void rotatedTwice_nothingReadInBetween_losesNothing() throws Exception {
        SourceFile file = write("app.jsonl", "a\n");
        ReadPosition read;
        try (LineSource source = Sources.follow(file, MAX_LINE_BYTES, 0)) {
            assertThat(drain(source)).containsExactly("a");
            rotate(file, "app.jsonl.1", Instant.EPOCH.plusSeconds(100));
            write("app.jsonl", "");
            assertThat(drain(source)).isEmpty();
            read = source.position().orElseThrow();
        }
        append(file, "b\n");
        rotate(file, "app.jsonl.2", Instant.EPOCH.plusSeconds(200));
        write("app.jsonl", "c\n");

        assertThat(drain(resume(file, true, read).lines())).containsExactly("b", "c");
    }

    private Resumption.Opened resume(SourceFile file, boolean follow, ReadPosition position) {
        return new Resumption(file, follow, MAX_LINE_BYTES).after(position, () -> {
            passed.clear();
            return line -> passed.add(text(line));
        });
    }

    private static ReadPosition readToEnd(SourceFile file) throws InterruptedException {
        try (LineSource source = Sources.open(file, MAX_LINE_BYTES, 0)) {
            while (!(source.poll(Duration.ZERO) instanceof Polled.End)) {
                // Only the position is wanted.
            }
            return source.position().orElseThrow();
        }
    }

    private static List<String> drain(LineSource source) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        while (source.poll(Duration.ofMillis(120)) instanceof Line line) {
            lines.add(text(line));
        }
        return lines;
    }

    private SourceFile write(String name, String text) throws IOException {
        return new SourceFile(name, Files.writeString(directory.resolve(name), text));
    }

    private static void append(SourceFile file, String text) throws IOException {
        Files.writeString(file.path(), text, StandardOpenOption.APPEND);
    }

    private Path rotate(SourceFile file, String name, Instant at) throws IOException {
        Path old = Files.move(file.path(), directory.resolve(name));
        return Files.setLastModifiedTime(old, FileTime.from(at));
    }

    private static String text(Line line) {
        return new String(line.bytes(), StandardCharsets.UTF_8);
    }
}
