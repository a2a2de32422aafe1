package io.stillstream.huggingface;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A directory that no other user can read or write, for files that are used later as they were left. */
public final class PrivateDirectory {

    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rwx------");

    private PrivateDirectory() {}

    /**
     * Creates it, or takes the one that is there and closes it to others.
     *
     * @throws IOException when it cannot be written, is no directory of its own, or belongs to another user
     */
    public static Path create(Path directory) throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ALONE)}
                : new FileAttribute<?>[0];
        try {
            Files.createDirectory(directory, attributes);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(directory + " is no directory", e);
            }
        }
        requireOwned(directory);
        if (posix && !OWNER_ALONE.equals(Files.getPosixFilePermissions(directory))) {
            Files.setPosixFilePermissions(directory, OWNER_ALONE);
        }
        return directory;
    }

    /**
     * Where this project keeps for a user what can be made again: in {@code XDG_CACHE_HOME}, or in {@code .cache} at home. None
     * where the user has no home.
     */
    public static Optional<Path> userCache() {
        return userCache(System.getenv(), System.getProperty("user.home"));
    }

    static Optional<Path> userCache(Map<String, String> environment, String home) {
        // The standard takes no notice of a relative path, and Java calls a missing home "?".
        return Stream.of(Path.of(environment.getOrDefault("XDG_CACHE_HOME", "")), Path.of(home, ".cache"))
                .filter(Path::isAbsolute)
                .findFirst()
                .map(caches -> caches.resolve("stillstream"));
    }

    /** A file that this process makes belongs to the user that it runs as, whatever that user's name is. */
    private static void requireOwned(Path directory) throws IOException {
        Path own = Files.createTempFile(directory, "owner", ".tmp");
        try {
            UserPrincipal user = Files.getOwner(own);
            UserPrincipal owner = Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS);
            if (!owner.equals(user)) {
                throw new IOException(directory + " belongs to " + owner.getName() + "; expected " + user.getName());
            }
        } finally {
            Files.delete(own);
        }
    }
}
