package io.stillstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineBreaksTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 100})
    void next_anyChunking_givesTheSameLines(int chunkBytes) {
        List<Line> lines = lines("one\r\n\ntwo\nthrée\nrest", 10, chunkBytes);

        assertThat(lines).extracting(LineBreaksTest::text).containsExactly("one", "", "two", "thrée", "rest");
        assertThat(lines).extracting(Line::number).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(lines).noneMatch(Line::truncated);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void next_lineAtTheLimit_isWhole(int chunkBytes) {
        List<Line> lines = lines("0123456789\n0123456789\r\n", 10, chunkBytes);

        assertThat(lines).extracting(LineBreaksTest::text).containsExactly("0123456789", "0123456789");
        assertThat(lines).noneMatch(Line::truncated);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void next_lineBeyondTheLimit_isCutAndTheNextOneIsNot(int chunkBytes) {
        List<Line> lines = lines("0123456789a\nnext\n", 10, chunkBytes);

        assertThat(lines).extracting(LineBreaksTest::text).containsExactly("0123456789", "next");
        assertThat(lines.get(0).truncated()).isTrue();
        assertThat(lines.get(0).length()).isEqualTo(11);
        assertThat(lines.get(1).truncated()).isFalse();
    }

    @Test
    void next_tenMegabytes_keepsTheBeginningOnly() {
        List<Line> lines = lines("x".repeat(10_000_000) + "\n{}", 1 << 20, 1 << 16);

        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).length()).isEqualTo(10_000_000);
        assertThat(lines.get(0).bytes()).hasSize(Line.KEPT_BYTES);
    }

    private static List<Line> lines(String text, int maxLineBytes, int chunkBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var assembler = new LineBreaks('\n', maxLineBytes, 0);
        List<Line> lines = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += chunkBytes) {
            var chunk = ByteBuffer.wrap(bytes, at, Math.min(chunkBytes, bytes.length - at));
            Line line;
            while ((line = assembler.next(chunk)) != null) {
                lines.add(line);
            }
        }
        Line rest = assembler.rest();
        if (rest != null) {
            lines.add(rest);
        }
        return lines;
    }

    private static String text(Line line) {
        return new String(line.bytes(), StandardCharsets.UTF_8);
    }
}
