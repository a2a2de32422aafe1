package io.stillstream.contract.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.TeacherIdentity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SnapshotManifestCodecTest {

    private static final String GOLDEN = withChecksum("""
            {
              "version" : 4,
              "id" : "00000012-abcdef",
              "step" : 12,
              "created_at" : "2026-01-31T12:00:00Z",
              "newest_record_at" : "2026-01-31T11:59:00Z",
              "teacher" : {
                "name" : "tiny",
                "weights" : "aa",
                "tokenizer" : "bb",
                "template" : ""
              },
              "tokenizer" : "cc",
              "chat_template" : "ff",
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
              },
              "writer" : {
                "epoch" : 3,
                "ledger_bytes" : 450,
                "ledger_checksum" : "ee"
              }""");

    private final SnapshotManifest manifest = new SnapshotManifest(
            "00000012-abcdef",
            12,
            Map.of("model.safetensors", new FileDigest("dd", 4)),
            Map.of("teacher-targets-0", 99L),
            new TeacherIdentity("tiny", "aa", "bb", ""),
            "cc",
            "ff",
            Map.of("type", "multilevelot"),
            Map.of("held_out_loss", 1.25),
            Instant.parse("2026-01-31T12:00:00Z"),
            Instant.parse("2026-01-31T11:59:00Z"),
            new Writer(3, 450, "ee"));

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
    void decode_otherVersion_namesBoth() {
        byte[] other = GOLDEN.replace("\"version\" : 4", "\"version\" : 1").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> SnapshotManifestCodec.decode(other))
                .isInstanceOf(ContractException.class)
                .hasMessage("manifest of version 1; this build reads version 4");
    }

    @Test
    void decode_everyFlippedBit_isRejected() {
        byte[] golden = GOLDEN.getBytes(StandardCharsets.UTF_8);
        for (int bit = 0; bit < golden.length * 8; bit++) {
            byte[] flipped = golden.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> SnapshotManifestCodec.decode(flipped))
                    .as("bit %s", bit)
                    .isInstanceOf(ContractException.class);
        }
    }

    @Test
    void decode_everyTruncation_isRejected() {
        for (int length = 0; length < GOLDEN.length(); length++) {
            byte[] truncated = GOLDEN.substring(0, length).getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> SnapshotManifestCodec.decode(truncated)).isInstanceOf(ContractException.class);
        }
    }

    private static String withChecksum(String body) {
        return body + ",\n  \"checksum\" : \"" + Digests.sha256(body) + "\"\n}";
    }
}
