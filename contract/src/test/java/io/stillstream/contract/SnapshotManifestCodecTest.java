package io.stillstream.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.SnapshotManifest.FileDigest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SnapshotManifestCodecTest {

    private static final String GOLDEN = """
            {
              "version" : 1,
              "id" : "00000012-abcdef",
              "step" : 12,
              "created_at" : "2026-01-31T12:00:00Z",
              "teacher" : {
                "name" : "tiny",
                "weights" : "aa",
                "tokenizer" : "bb",
                "template" : ""
              },
              "tokenizer" : "cc",
              "loss" : {
                "type" : "multilevelot"
              },
              "evaluation" : {
                "held_out_loss" : 1.25
              },
              "offsets" : {
                "teacher-targets-0" : 99
              },
              "files" : {
                "model.safetensors" : {
                  "sha256" : "dd",
                  "size" : 4
                }
              }
            }""";

    private final SnapshotManifest manifest = new SnapshotManifest(
            "00000012-abcdef",
            12,
            Map.of("model.safetensors", new FileDigest("dd", 4)),
            Map.of("teacher-targets-0", 99L),
            new TeacherIdentity("tiny", "aa", "bb", ""),
            "cc",
            Map.of("type", "multilevelot"),
            Map.of("held_out_loss", 1.25),
            Instant.parse("2026-01-31T12:00:00Z"));

    @Test
    void encode_manifest_isTheGoldenJson() {
        assertThat(new String(SnapshotManifestCodec.encode(manifest), StandardCharsets.UTF_8))
                .isEqualTo(GOLDEN);
    }

    @Test
    void decode_goldenJson_isTheManifest() {
        assertThat(SnapshotManifestCodec.decode(GOLDEN.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(manifest);
    }

    @Test
    void decode_everyTruncation_isRefused() {
        for (int length = 0; length < GOLDEN.length(); length++) {
            byte[] truncated = GOLDEN.substring(0, length).getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> SnapshotManifestCodec.decode(truncated)).isInstanceOf(ContractException.class);
        }
    }
}
