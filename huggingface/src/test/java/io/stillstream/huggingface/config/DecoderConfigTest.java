package io.stillstream.huggingface.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DecoderConfigTest {

    @TempDir
    private Path directory;

    @Test
    void read_whatToJsonWrote_isTheSame() throws IOException {
        DecoderConfig config =
                new DecoderConfig("llama", 512, 64, 172, 5, 8, 4, 8, 256, 1e-5f, 500_000.0, true, 1, List.of(2, 3));
        Files.writeString(directory.resolve("config.json"), config.toJson());
        assertThat(DecoderConfig.read(directory)).isEqualTo(config);
    }

    @Test
    void read_oldFormWithoutDefaults_fillsThem() throws IOException {
        Files.writeString(directory.resolve("config.json"), """
                {"model_type":"llama","vocab_size":10,"hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,
                 "num_attention_heads":2,"max_position_embeddings":32,"rope_theta":50.5,"eos_token_id":3}""");
        DecoderConfig config = DecoderConfig.read(directory);
        assertThat(config.keyValueHeads()).isEqualTo(2);
        assertThat(config.headDimension()).isEqualTo(4);
        assertThat(config.ropeTheta()).isEqualTo(50.5);
        assertThat(config.tiedEmbeddings()).isFalse();
        assertThat(config.eosTokenIds()).containsExactly(3);
    }

    @Test
    void read_otherArchitecture_isRefusedByName() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\":\"mamba\"}");
        assertThatThrownBy(() -> DecoderConfig.read(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("model_type is 'mamba'; expected 'llama'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'vocab_size':'10' | vocab_size is '10'; expected a whole number",
                "'vocab_size':20000000000 | vocab_size is 20000000000; expected a whole number",
                "'num_key_value_heads':'two' | num_key_value_heads is 'two'; expected a whole number",
                "'head_dim':[4] | head_dim is a list of 1; expected a whole number",
                "'rope_theta':'much' | rope_theta is 'much'; expected a number",
                "'rms_norm_eps':1e999 | rms_norm_eps is",
                "'tie_word_embeddings':'yes' | tie_word_embeddings is 'yes'; expected true or false",
                "'bos_token_id':2.5 | bos_token_id is 2.5; expected a whole number",
                "'eos_token_id':[1,'x'] | eos_token_id is 'x'; expected a whole number",
                "'eos_token_id':{'a':1} | eos_token_id is an object of 1; expected a whole number"
            })
    void read_wrongType_isNamed(String field, String problem) throws IOException {
        String whole = """
                {"model_type":"llama","vocab_size":10,"hidden_size":8,"intermediate_size":16,"num_hidden_layers":1,
                 "num_attention_heads":2,"max_position_embeddings":32}""";
        String name = field.substring(0, field.indexOf(':')).replace('\'', '"');
        String others = whole.replace(name + ":10,", "");
        Files.writeString(
                directory.resolve("config.json"),
                others.substring(0, others.length() - 1) + "," + field.replace('\'', '"') + "}");
        assertThatThrownBy(() -> DecoderConfig.read(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(directory.resolve("config.json") + ": " + problem);
    }

    @Test
    void read_missingFile_saysWhatIsExpected() {
        assertThatThrownBy(() -> DecoderConfig.read(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("no config.json");
    }
}
