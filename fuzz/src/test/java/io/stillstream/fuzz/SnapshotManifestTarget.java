package io.stillstream.fuzz;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.TeacherIdentity;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A snapshot's manifest, with a checksum that is right unless the input says otherwise: it keeps out accidents, and whoever can
 * write a manifest can also write its checksum.
 */
final class SnapshotManifestTarget implements FuzzTarget {

    private static final byte AS_IT_IS = '!';
    private static final String CHECKSUM = ",\n  \"checksum\" : \"";
    private static final String END = "\"\n}";

    @Override
    public Promise promise() {
        return Promise.usual(ContractException.class);
    }

    @Override
    public void read(byte[] input) {
        boolean asItIs = input.length > 0 && input[0] == AS_IT_IS;
        SnapshotManifest manifest =
                SnapshotManifestCodec.decode(asItIs ? Arrays.copyOfRange(input, 1, input.length) : withChecksum(input));
        SnapshotManifest again;
        try {
            again = SnapshotManifestCodec.decode(SnapshotManifestCodec.encode(manifest));
        } catch (ContractException e) {
            throw new AssertionError("a manifest that was read is not written", e);
        }
        Promise.require(again.equals(manifest), "the codec changes the manifest " + manifest + " to " + again);
    }

    /** What the codec puts behind a manifest's other fields. */
    private static byte[] withChecksum(byte[] body) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(body);
        out.writeBytes((CHECKSUM + Digests.sha256(body) + END).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    @Override
    public List<byte[]> seeds() {
        byte[] whole = SnapshotManifestCodec.encode(new SnapshotManifest(
                "0000000012-abcdef",
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
                new Writer(3, 450, "ee")));
        byte[] marked = new byte[whole.length + 1];
        marked[0] = AS_IT_IS;
        System.arraycopy(whole, 0, marked, 1, whole.length);
        int body = new String(whole, StandardCharsets.UTF_8).indexOf(CHECKSUM);
        return List.of(Arrays.copyOf(whole, body), marked);
    }

    @Override
    public List<String> words() {
        return List.of(
                "null", "\"NaN\"", "\"files\" : {}", "1e999", "-1", "\"size\"", "[]", "{}", "9223372036854775808");
    }
}
