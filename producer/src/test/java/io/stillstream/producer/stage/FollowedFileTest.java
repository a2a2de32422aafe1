package io.stillstream.producer.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.source.Line;
import io.stillstream.producer.source.Polled;
import io.stillstream.producer.source.file.SourceFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FollowedFileTest {

    private static final Duration A_LONG_TIME = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void create() throws Exception {
        path = Files.writeString(directory.resolve("a.jsonl"), "a\n");
    }

    @Test
    void closed_isOpenedWhereItWasWhenItHasGrown() throws Exception {
        try (FollowedFile file = followed(Duration.ZERO)) {
            assertThat(read(file)).containsExactly("a");
            assertThat(file.standsStill()).isTrue();
            file.leave();

            file.look();
            assertThat(file.reading()).isEmpty();
            Files.writeString(path, "b\n", StandardOpenOption.APPEND);
            assertThat(file.reading()).isEmpty();
            file.look();
            assertThat(read(file)).containsExactly("b");
        }
    }

    @Test
    void standsStill_growingFile_isNoMoreThanItsTime() throws Exception {
        try (FollowedFile file = followed(A_LONG_TIME)) {
            assertThat(read(file)).containsExactly("a");
            assertThat(file.standsStill()).isFalse();
        }
    }

    @Test
    void standsStill_fileThatWasLastWrittenLongAgo_doesAtOnce() throws Exception {
        Files.setLastModifiedTime(path, FileTime.fromMillis(0));
        try (FollowedFile file = followed(A_LONG_TIME)) {
            assertThat(read(file)).containsExactly("a");
            assertThat(file.standsStill()).isTrue();
        }
    }

    @Test
    void closed_beforeItsFirstLineAndThenRotated_isReadBeforeTheNewOne() throws Exception {
        Files.writeString(path, "");
        try (FollowedFile file = followed(Duration.ZERO)) {
            assertThat(read(file)).isEmpty();
            assertThat(file.standsStill()).isTrue();
            file.leave();
            Files.writeString(path, "a\nb\n");
            Files.move(path, directory.resolve("a.jsonl.1"));
            Files.writeString(path, "c\n");

            file.look();
            assertThat(read(file)).containsExactly("a", "b", "c");
        }
    }

    @Test
    void gone_isWaitedFor() throws Exception {
        try (FollowedFile file = followed(Duration.ZERO)) {
            assertThat(read(file)).containsExactly("a");
            Files.delete(path);
            assertThat(file.standsStill()).isTrue();
            assertThat(file.isGone()).isTrue();
            file.leave();
            file.look();
            assertThat(file.reading()).isEmpty();

            Files.writeString(path, "other\n");
            file.look();
            assertThat(read(file)).containsExactly("other");
        }
    }

    private FollowedFile followed(Duration standstill) {
        TrafficConfig config = TrafficConfig.reading(path.toString());
        var following = new SourceOpener(following(config), Clock.systemUTC(), Map.of());
        return new FollowedFile(new SourceFile("a.jsonl", path), following, standstill);
    }

    private static TrafficConfig following(TrafficConfig config) {
        return new TrafficConfig(
                config.source(),
                config.name(),
                true,
                config.fromStart(),
                config.promptsPerSecond(),
                config.maxInFlight(),
                config.heldOutFraction(),
                config.repeat(),
                config.limit(),
                config.maxLineBytes(),
                config.duplicateWindow(),
                config.shownRejections(),
                config.transactionRecords(),
                config.transactionLinger(),
                config.deliveryTimeout(),
                config.fields());
    }

    private static List<String> read(FollowedFile file) throws Exception {
        SourceReading reading = file.reading().orElseThrow();
        List<String> lines = new ArrayList<>();
        Polled polled = reading.lines().poll(Duration.ZERO);
        while (polled instanceof Line line) {
            lines.add(new String(line.bytes(), StandardCharsets.UTF_8));
            polled = reading.lines().poll(Duration.ZERO);
        }
        assertThat(polled).isInstanceOf(Polled.Pending.class);
        return lines;
    }
}
