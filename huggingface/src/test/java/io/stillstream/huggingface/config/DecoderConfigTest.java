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

    @Test
    void read_missingFile_saysWhatIsExpected() {
        assertThatThrownBy(() -> DecoderConfig.read(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("no config.json");
    }
}
