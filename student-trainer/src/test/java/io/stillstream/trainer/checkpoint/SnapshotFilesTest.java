package io.stillstream.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.file.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotFilesTest {

    @TempDir
    private Path directory;

    private SnapshotFiles files;

    @BeforeEach
    void create() {
        files = new SnapshotFiles(directory);
    }

    @Test
    void create_writtenInParts_isHashedAsItLiesOnTheDisk() throws IOException {
        var random = new Random(5);
        try (WritableByteChannel channel = files.create("trainer/optimizer.safetensors")) {
            for (int size : new int[] {1, 0, 8192, 100_003}) {
                ByteBuffer part = size > 5000 ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
                while (part.hasRemaining()) {
                    part.put((byte) random.nextInt());
                }
                part.flip();
                assertThat(channel.write(part)).isEqualTo(size);
                assertThat(part.hasRemaining()).isFalse();
            }
            assertThat(files.digests()).as("not complete yet").isEmpty();
        }
        Path file = directory.resolve("trainer/optimizer.safetensors");
        assertThat(files.digests())
                .isEqualTo(Map.of(
                        "trainer/optimizer.safetensors", new FileDigest(Digests.sha256(file), Files.size(file))));
        assertThat(Files.size(file)).isEqualTo(1 + 8192 + 100_003);
    }

    @Test
    void digests_hashedWhileWritten_doNotSeeWhatTheFileBecameSince() throws IOException {
        files.write("config.json", new byte[] {1, 2, 3});
        Files.write(directory.resolve("config.json"), new byte[] {9});
        assertThat(files.digests().get("config.json"))
                .isEqualTo(new FileDigest(Digests.sha256(new byte[] {1, 2, 3}), 3));
    }

    @Test
    void create_sameNameTwice_isRefused() throws IOException {
        files.write("config.json", new byte[] {1});
        assertThatThrownBy(() -> files.create("config.json")).isInstanceOf(FileAlreadyExistsException.class);
    }
}
