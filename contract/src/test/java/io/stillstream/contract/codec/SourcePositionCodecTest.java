package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.SourcePosition;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourcePositionCodecTest {

    private static final String SHA256 = "ab".repeat(32);
    private static final SourcePosition POSITION = new SourcePosition(2, 10, 25, 4096, SHA256, true);
    private static final String GOLDEN =
            "{\"version\":1,\"round\":2,\"lines_before\":10,\"line\":25,\"offset\":4096,\"sha256\":\"" + SHA256
                    + "\",\"ended\":true}";

    @Test
    void encode_aPosition_isTheGoldenText() {
        assertThat(new String(SourcePositionCodec.encode(POSITION), StandardCharsets.UTF_8))
                .isEqualTo(GOLDEN);
        assertThat(SourcePositionCodec.decode(GOLDEN.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(POSITION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{\"version\":2}",
                "{\"version\":1}",
                "{\"version\":1,\"round\":0,\"lines_before\":0,\"line\":0,\"offset\":0,\"sha256\":\"\"}",
                "{\"version\":1,\"round\":1,\"lines_before\":0,\"line\":1e400,\"offset\":0,\"sha256\":\"\"}",
                "{\"version\":1,\"round\":9999999999,\"lines_before\":0,\"line\":0,\"offset\":0,\"sha256\":\"\"}",
                "{\"version\":1,\"round\":1,\"lines_before\":0,\"line\":3,\"offset\":-1,\"sha256\":\"\"}",
                "{\"version\":1,\"round\":1,\"lines_before\":0,\"line\":3,\"offset\":1,\"sha256\":\"abc\"}"
            })
    void decode_anythingElse_isRefused(String json) {
        assertThatThrownBy(() -> SourcePositionCodec.decode(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ContractException.class);
    }
}
