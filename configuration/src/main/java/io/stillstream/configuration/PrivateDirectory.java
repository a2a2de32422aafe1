package io.stillstream.configuration;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that no other user can read or write, whatever the process's umask is: for files that are used later as they were
 * left, and for files that hold what people wrote. These are open to those to whom {@code STILLSTREAM_UMASK} leaves them open.
 * Where a file system knows no POSIX permissions, its own rules hold.
 */
public final class PrivateDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(PrivateDirectory.class);

    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rwx------");

    /** The launcher gives it to the process too, so that the files inside are as open as their directories are. */
    private static final String UMASK = "STILLSTREAM_UMASK";

    private static final int OCTAL = 8;
    private static final int OWNERS_UMASK = 0077;
    private static final int DIRECTORY = 0777;
    private static final int FILE = 0666;
    private static final int OWNER_MAY_READ = 0400;

    private PrivateDirectory() {}

    /**
     * Creates it, or takes the one that is there and closes it to others.
     *
     * @throws IOException when it cannot be written, is no directory of its own, or belongs to another user
     */
    public static Path create(Path directory) throws IOException {
        if (!createIfAbsent(directory, OWNER_ALONE) && !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is no directory");
        }
        requireOwned(directory);
        if (isPosix(directory) && !OWNER_ALONE.equals(Files.getPosixFilePermissions(directory))) {
            Files.setPosixFilePermissions(directory, OWNER_ALONE);
        }
        return directory;
    }

    /**
     * Creates it for data, or takes the one that is there: where that is empty or this project's own, and this user's, it is
     * closed to others; where it is not, and others can read it, a warning says so.
     *
     * @param mark the name of a file or directory that is in this project's own and nowhere else
     * @throws IOException when it cannot be created
     */
    public static Path open(Path directory, String mark) throws IOException {
        if (createIfAbsent(directory) || !isPosix(directory)) {
            return directory;
        }
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(directory);
        Set<PosixFilePermission> wanted = permissions(DIRECTORY);
        if (found.equals(wanted)) {
            return directory;
        }
        String before = PosixFilePermissions.toString(found);
        if ((Files.exists(directory.resolve(mark)) || isEmpty(directory)) && set(directory, wanted)) {
            LOG.info("{} was {} and is {} now", directory, before, PosixFilePermissions.toString(wanted));
        } else if (!wanted.containsAll(found)) {
            LOG.warn(
                    "other users of this machine may read what is in {} ({}), which was not made by Stillstream and stays as it"
                            + " is; chmod 700 closes it",
                    directory,
                    before);
        }
        return directory;
    }

    /**
     * Creates it for data where it is absent; one that is there stays as it is.
     *
     * @return whether it was absent
     */
    public static boolean createIfAbsent(Path directory) throws IOException {
        return createIfAbsent(directory, permissions(DIRECTORY));
    }

    private static boolean createIfAbsent(Path directory, Set<PosixFilePermission> permissions) throws IOException {
        if (Files.isDirectory(directory)) {
            return false;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(directory, attributes(directory, permissions));
            return true;
        } catch (FileAlreadyExistsException e) {
            // Another process was faster, or it is a link, or no directory: whoever writes to it finds out.
            return false;
        }
    }

    /** Creates a file of data, whatever its directory allows; one that is there is closed as a new one would be. */
    public static void createFileIfAbsent(Path file) throws IOException {
        Set<PosixFilePermission> wanted = permissions(FILE);
        try {
            Files.createFile(file, attributes(file, wanted));
        } catch (FileAlreadyExistsException e) {
            if (isPosix(file) && !wanted.containsAll(Files.getPosixFilePermissions(file))) {
                Files.setPosixFilePermissions(file, wanted);
            }
        }
    }

    private static Set<PosixFilePermission> permissions(int most) {
        return permissions(most, System.getenv(UMASK));
    }

    /** @param umask as shells have it, in octal; for anything else, and for null, the owner's alone */
    static Set<PosixFilePermission> permissions(int most, @Nullable String umask) {
        int left =
                most & ~(umask != null && umask.matches("0?[0-7]{3}") ? Integer.parseInt(umask, OCTAL) : OWNERS_UMASK);
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bit = OWNER_MAY_READ;
        // In the order of the bits.
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((left & bit) != 0) {
                permissions.add(permission);
            }
            bit >>= 1;
        }
        return permissions;
    }

    private static boolean set(Path directory, Set<PosixFilePermission> permissions) {
        try {
            Files.setPosixFilePermissions(directory, permissions);
            return true;
        } catch (IOException e) {
            // It is another user's.
            return false;
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
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
