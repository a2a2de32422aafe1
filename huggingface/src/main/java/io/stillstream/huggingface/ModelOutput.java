package io.stillstream.huggingface;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the files of a model directory are written to. */
public interface ModelOutput {

    /**
     * Opens a new file; it is complete when the channel is closed.
     *
     * @param name of the file in the directory
     */
    WritableByteChannel create(String name) throws IOException;

    /** Writes a small file whole. */
    default void write(String name, byte[] contents) throws IOException {
        try (WritableByteChannel channel = create(name)) {
            ByteBuffer rest = ByteBuffer.wrap(contents);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }
    }

    /** A directory that exists; files that are there already are replaced. */
    static ModelOutput to(Path directory) {
        return name -> FileChannel.open(
                directory.resolve(name),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }
}
