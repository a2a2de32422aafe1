package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JsonFieldsTest {

    private static final List<String> FIELDS = List.of("torch_dtype", "dtype");

    @Test
    void with_ownFields_keepsEveryOtherByte() {
        String json =
                "{\n \"name\":\"ä\\u00e4\", \"dtype\" :  \"bfloat16\",\n\t\"text_config\": {\"dtype\": \"float16\"},"
                        + " \"list\": [{\"dtype\": \"x\"}, \"dtype\"], \"torch_dtype\": \"float16\" }\n";
        String changed = with(json, "float32");
        assertThat(changed)
                .isEqualTo(json.replace("\"bfloat16\"", "\"float32\"")
                        .replace("\"torch_dtype\": \"float16\"", "\"torch_dtype\": \"float32\""));
        assertThat(with(with("{\"dtype\": \"bfloat16\"}", "float32"), "bfloat16"))
                .isEqualTo("{\"dtype\": \"bfloat16\"}");
    }

    @Test
    void with_noSuchText_isTheSame() {
        for (String json : List.of("{}", "{\"a\": 1}", "{\"dtype\": null}", "{\"a\": {\"dtype\": \"b\"}}")) {
            assertThat(with(json, "float32")).isEqualTo(json);
        }
    }

    private static String with(String json, String text) {
        return new String(JsonFields.with(json.getBytes(StandardCharsets.UTF_8), FIELDS, text), StandardCharsets.UTF_8);
    }
}
