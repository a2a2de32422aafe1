package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

final class SourceRecordSerdeTest {

    private static final String GOLDEN = "01" + "00000007" + "70726f6d707473" + "00000002" + "0000000000000005"
            + "0000019c00000000" + "ffffffff" + "00000002" + "7b7d" + "00000001" + "00000005" + "7472616365"
            + "00000001"
            + "37";

    private final Serde<SourceRecord> serde = SourceRecordSerde.serde();

    @Test
    void serialize_record_isTheGoldenBytes() {
        var record = new SourceRecord(
                "prompts", 2, 5, 0x19c00000000L, null, utf8("{}"), new Header[] {new RecordHeader("trace", utf8("7"))});
        assertThat(HexFormat.of().formatHex(serde.serializer().serialize("", record)))
                .isEqualTo(GOLDEN);
    }

    @Test
    void deserialize_goldenBytes_isTheRecord() {
        SourceRecord record = serde.deserializer().deserialize("", golden());
        assertThat(record.topic()).isEqualTo("prompts");
        assertThat(record.partition()).isEqualTo(2);
        assertThat(record.offset()).isEqualTo(5);
        assertThat(record.timestamp()).isEqualTo(0x19c00000000L);
        assertThat(record.key()).isNull();
        assertThat(record.value()).isEqualTo(utf8("{}"));
        assertThat(record.headers().lastHeader("trace").value()).isEqualTo(utf8("7"));
    }

    @Test
    void deserialize_everyTruncation_isRefused() {
        for (int length = 0; length < golden().length; length++) {
            byte[] truncated = Arrays.copyOf(golden(), length);
            assertThatThrownBy(() -> serde.deserializer().deserialize("", truncated))
                    .as("first %d bytes", length)
                    .isInstanceOf(ScorerException.class);
        }
    }

    @Test
    void deserialize_unknownVersion_namesBoth() {
        byte[] bytes = golden();
        bytes[0] = 2;
        assertThatThrownBy(() -> serde.deserializer().deserialize("", bytes))
                .hasMessageContaining("version 2; this build reads version 1");
    }

    private static byte[] golden() {
        return HexFormat.of().parseHex(GOLDEN);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
