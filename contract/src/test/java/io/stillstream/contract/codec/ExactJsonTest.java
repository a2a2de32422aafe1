package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExactJsonTest {

    private static final int NUMBERS = 2_000;

    private final ExactJson json = new ExactJson();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-0.0",
                "-0e0",
                "-0.000",
                "0.10",
                "1E5",
                "1e+05",
                "1.0",
                "1e400",
                "-1e-400",
                "1e-7",
                "0.1000000000000000055511151231257827",
                "10000000000000000000000",
                "{\"a\":[-0.0,{\"b\":2.50e-1}]}"
            })
    void write_whatWasRead_isAsItWasWritten(String text) throws IOException {
        assertThat(written(json.read(text))).isEqualTo(text);
        assertThat(json.read(text)).hasToString(text);
        assertThat(json.read(text.getBytes(StandardCharsets.UTF_8))).hasToString(text);
    }

    @Test
    void write_anyNumberWithPointOrExponent_isAsItWasWritten() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < NUMBERS; i++) {
            String text = (random.nextBoolean() ? "-" : "")
                    + random.nextInt(random.nextBoolean() ? 1 : 1_000_000)
                    + (random.nextBoolean() ? "." + "0".repeat(random.nextInt(3)) + random.nextInt(1_000) : "")
                    + "eE".charAt(random.nextInt(2))
                    + (random.nextBoolean() ? "-" : "+")
                    + random.nextInt(500);
            assertThat(written(json.read(text))).isEqualTo(text);
        }
    }

    @Test
    void read_number_hasItsValue() throws IOException {
        JsonNode node = json.read("-12.50e1");
        assertThat(node.decimalValue()).isEqualByComparingTo(new BigDecimal("-125"));
        assertThat(node.doubleValue()).isEqualTo(-125.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n"})
    void read_nothing_isMissing(String text) throws IOException {
        assertThat(json.read(text).isMissingNode()).isTrue();
        assertThat(json.read(text.getBytes(StandardCharsets.UTF_8)).isMissingNode())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":1}", "1.5 2", "1.", "NaN", "1e99999999999"})
    void read_whatIsNotJson_isRefused(String text) {
        assertThatThrownBy(() -> json.read(text)).isInstanceOf(JsonProcessingException.class);
    }

    private String written(JsonNode node) throws IOException {
        return new String(json.write(node), StandardCharsets.UTF_8);
    }
}
