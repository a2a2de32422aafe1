package io.stillstream.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrivateDirectoryTest {

    private static final String MARK = "mark";

    @TempDir
    private Path directory;

    @Test
    void userCache_isAbsoluteOrNone() {
        assertThat(PrivateDirectory.userCache(Map.of(), "/home/u")).contains(Path.of("/home/u/.cache/stillstream"));
        assertThat(PrivateDirectory.userCache(Map.of("XDG_CACHE_HOME", "/c"), "/home/u"))
                .contains(Path.of("/c/stillstream"));
        assertThat(PrivateDirectory.userCache(Map.of("XDG_CACHE_HOME", "c"), "/home/u"))
                .contains(Path.of("/home/u/.cache/stillstream"));
        assertThat(PrivateDirectory.userCache(Map.of(), "?")).isEmpty();
    }

    @Test
    void createIfAbsent_umaskOfEverybody_isTheOwnersAlone() throws IOException {
        assumePosix();
        assertThat(PrivateDirectory.createIfAbsent(directory.resolve("a/b"))).isTrue();
        assertThat(permissions("a/b")).isEqualTo("rwx------");
        assertThat(PrivateDirectory.createIfAbsent(open("there"))).isFalse();
        assertThat(permissions("there")).isEqualTo("rwxr-xr-x");
    }

    @Test
    void open_emptyOrOfThisProject_isClosed() throws IOException {
        assumePosix();
        PrivateDirectory.open(open("empty"), MARK);
        assertThat(permissions("empty")).isEqualTo("rwx------");
        Files.createFile(open("ours").resolve(MARK));
        PrivateDirectory.open(directory.resolve("ours"), MARK);
        assertThat(permissions("ours")).isEqualTo("rwx------");
        PrivateDirectory.open(directory.resolve("fresh"), MARK);
        assertThat(permissions("fresh")).isEqualTo("rwx------");
    }

    @Test
    void open_withFilesOfOthers_staysAsItIs() throws IOException {
        assumePosix();
        Files.createFile(open("home").resolve("letter.txt"));
        PrivateDirectory.open(directory.resolve("home"), MARK);
        assertThat(permissions("home")).isEqualTo("rwxr-xr-x");
    }

    @Test
    void createFileIfAbsent_newOrThere_isTheOwnersAlone() throws IOException {
        assumePosix();
        PrivateDirectory.createFileIfAbsent(directory.resolve("new.log"));
        assertThat(permissions("new.log")).isEqualTo("rw-------");
        Path there = Files.writeString(directory.resolve("there.log"), "line\n");
        Files.setPosixFilePermissions(there, PosixFilePermissions.fromString("rw-r--r--"));
        PrivateDirectory.createFileIfAbsent(there);
        assertThat(permissions("there.log")).isEqualTo("rw-------");
        assertThat(there).hasContent("line\n");
    }

    @Test
    void permissions_areWhatTheUmaskLeaves() {
        assertThat(text(0777, null)).isEqualTo("rwx------");
        assertThat(text(0666, null)).isEqualTo("rw-------");
        assertThat(text(0777, "027")).isEqualTo("rwxr-x---");
        assertThat(text(0777, "0022")).isEqualTo("rwxr-xr-x");
        assertThat(text(0666, "022")).isEqualTo("rw-r--r--");
        assertThat(text(0777, "u=rwx,g=rx,o=")).isEqualTo("rwx------");
        assertThat(text(0777, "099")).isEqualTo("rwx------");
    }

    private static String text(int most, @Nullable String umask) {
        return PosixFilePermissions.toString(PrivateDirectory.permissions(most, umask));
    }

    private Path open(String name) throws IOException {
        Path open = Files.createDirectory(directory.resolve(name));
        return Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
    }

    private void assumePosix() {
        assumeTrue(
                directory.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "this file system knows no POSIX permissions");
    }
}
