package io.stillstream.trainer.storage;

import io.stillstream.contract.file.DirectoryTree;
import io.stillstream.contract.file.SmallFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** File operations that have happened completely or not at all, also after a power cut. */
public final class DurableFiles {

    private DurableFiles() {}

    /** Forces a directory's files and the directories themselves to the disk. */
    public static void forceTree(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(directory)) {
            all = paths.toList();
        }
        for (Path path : all) {
            force(path);
        }
    }

    /** For a directory this forces the names in it. */
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Moves a file or directory to its final name, durably. */
    public static void publish(Path source, Path target) throws IOException {
        Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
        force(target.resolveSibling(""));
    }

    /** Replaces a small file; a reader sees the old text or the new one. */
    public static void replace(Path file, String text) throws IOException {
        replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Replaces a small file; a reader sees the old contents or the new ones. */
    public static void replace(Path file, byte[] contents) throws IOException {
        SmallFile.replace(file, contents);
    }

    /** Removes a directory; one that is half removed no longer has its name. */
    public static void remove(Path directory) throws IOException {
        Path doomed = directory.resolveSibling("." + directory.getFileName() + ".removed");
        Files.move(directory, doomed, StandardCopyOption.ATOMIC_MOVE);
        DirectoryTree.remove(doomed);
    }
}
