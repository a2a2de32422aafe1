package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.RejectionCount;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TrafficSummaryTest {

    private static final int COLUMNS = 80;
    private static final String CLUSTER = "--bootstrap-servers 127.0.0.1:19099";
    private static final long MANY = 9_876_543;

    @Test
    void mixed_showsEachCodeAndWhereToLook() {
        var report = new ProducerReport(
                302,
                26,
                List.of(
                        new RejectionCount(RejectionCode.MALFORMED_JSON, 12, "mixed.jsonl", 2),
                        new RejectionCount(RejectionCode.UNSUPPORTED_CONTENT, 6, "mixed.jsonl", 22)),
                0,
                Map.of(),
                false);
        assertThat(printed(report)).isEqualTo("""
                302 prompts sent, 26 of them held out; 18 lines rejected
                rejected as              lines  first line  of
                malformed_json              12           2  mixed.jsonl
                unsupported_content          6          22  mixed.jsonl
                What was rejected: stillstream dead-letters --bootstrap-servers 127.0.0.1:19099
                """);
        assertThat(TrafficSummary.exitCode(report)).isZero();
    }

    @Test
    void nothingAccepted_saysWhatIsRead() {
        var report = new ProducerReport(
                0, 0, List.of(new RejectionCount(RejectionCode.OTHER, 1, "bad.jsonl", 1)), 0, Map.of(), false);
        assertThat(printed(report))
                .contains("Nothing was accepted: no line is a prompt. docs/traffic.md says what is read.\n");
        assertThat(TrafficSummary.exitCode(report)).isEqualTo(4);
        var empty = new ProducerReport(0, 0, List.of(), 0, Map.of(), false);
        assertThat(printed(empty)).isEqualTo("""
                0 prompts sent, 0 of them held out; 0 lines rejected
                Nothing was accepted: the source holds no line.
                """);
    }

    @Test
    void everyCode_fitsEightyColumns() {
        for (RejectionCode code : RejectionCode.values()) {
            var report = new ProducerReport(
                    MANY,
                    MANY,
                    List.of(new RejectionCount(code, MANY, "a-source-of-27-characters.z", MANY)),
                    MANY,
                    Map.of(),
                    false);
            assertThat(printed(report).lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThan(COLUMNS));
        }
    }

    private static String printed(ProducerReport report) {
        var written = new ByteArrayOutputStream();
        try (var out = new PrintStream(written, true, StandardCharsets.UTF_8)) {
            TrafficSummary.print(report, CLUSTER, out);
        }
        return written.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
