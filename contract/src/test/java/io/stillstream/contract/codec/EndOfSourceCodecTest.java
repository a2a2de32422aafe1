package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.EndOfSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EndOfSourceCodecTest {

    private static final EndOfSource END =
            new EndOfSource("7f", "chats.jsonl", 2, 4, Instant.parse("2026-01-31T12:00:00Z"));
    private static final String GOLDEN = "{\"version\":1,\"id\":\"7f\",\"source\":\"chats.jsonl\",\"partition\":2,"
            + "\"partitions\":4,\"ended_at\":\"2026-01-31T12:00:00Z\"}";

    @Test
    void encode_end_isTheGoldenJson() {
        assertThat(new String(EndOfSourceCodec.encode(END), StandardCharsets.UTF_8))
                .isEqualTo(GOLDEN);
    }

    @Test
    void decode_goldenJson_isTheEnd() {
        assertThat(decode(GOLDEN)).isEqualTo(END);
    }

    @Test
    void headers_ofAMarker_areWhatItIsRecognisedBy() {
        assertThat(EndOfSource.isMarkedBy(EndOfSource.headers().get("stillstream.control")))
                .isTrue();
        assertThat(EndOfSource.isMarkedBy(null)).isFalse();
        assertThat(EndOfSource.isMarkedBy("something".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {                     | not an end of a source
            ``                    | version 0
            7                     | version 0
            {"version":2}         | of version 2; this build reads version 1
            {"version":1}         | 'id'
            {"version":1,"id":" ","source":"s","partition":0,"partitions":1,"ended_at":"2026-01-31T12:00:00Z"} | has no id
            {"version":1,"id":"a","source":"s","partition":"x","partitions":1,"ended_at":"2026-01-31T12:00:00Z"} | partition is "x"; expected a number
            {"version":1,"id":"a","source":"s","partition":1,"partitions":1,"ended_at":"2026-01-31T12:00:00Z"} | is of partition 1 of 1; expected 0 to 0
            {"version":1,"id":"a","source":"s","partition":0,"partitions":1,"ended_at":"noon"} | noon
            """)
    void decode_brokenMarker_saysWhatIsWrong(String json, String reason) {
        assertThatThrownBy(() -> decode(json))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void decode_noJson_saysSoInWordsOfItsOwn() {
        assertThatThrownBy(() -> decode("["))
                .isInstanceOf(ContractException.class)
                .hasMessageStartingWith("not an end of a source: it ends too early")
                .hasMessageNotContaining("Source");
        assertThatThrownBy(() -> decode("secret"))
                .isInstanceOf(ContractException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void decode_noValue_saysSo() {
        assertThatThrownBy(() -> EndOfSourceCodec.decode(null))
                .isInstanceOf(ContractException.class)
                .hasMessageContaining("the record has no value");
    }

    private static EndOfSource decode(String json) {
        return EndOfSourceCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }
}
