package io.stillstream.contract.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people are told of a line comes from headers that anybody may have written. */
final class SourceLineTest {

    @Test
    void headers_readBack_areTheLine() {
        var line = new SourceLine("/data/märchen.jsonl.gz", 4_000_000_000L);
        assertThat(SourceLine.fromHeaders(line.headers())).contains(line);
    }

    @Test
    void headers_ofOthers_areNoLine() {
        assertThat(SourceLine.fromHeaders(Map.of())).isEmpty();
        assertThat(SourceLine.fromHeaders(headers("a", "0"))).isEmpty();
        assertThat(SourceLine.fromHeaders(headers("a", "x"))).isEmpty();
        assertThat(SourceLine.fromHeaders(headers("", "1"))).isEmpty();
        assertThat(SourceLine.fromHeaders(Map.of("stillstream.source", "a".getBytes(UTF_8))))
                .isEmpty();
    }

    private static Map<String, byte[]> headers(String source, String line) {
        return Map.of("stillstream.source", source.getBytes(UTF_8), "stillstream.line", line.getBytes(UTF_8));
    }
}
