package io.stillstream.scorer.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InstanceLockTest {

    @TempDir
    private Path directory;

    @Test
    void take_afterTheLastOneLeft_isItsName() {
        String name;
        try (InstanceLock first = InstanceLock.take(directory, "scorer")) {
            name = first.name();
        }
        try (InstanceLock again = InstanceLock.take(directory, "scorer")) {
            assertThat(again.name()).isEqualTo(name);
        }
    }

    @Test
    void take_whileOthersSit_isAnotherName() {
        try (InstanceLock first = InstanceLock.take(directory, "scorer");
                InstanceLock second = InstanceLock.take(directory, "scorer");
                InstanceLock other = InstanceLock.take(directory, "another-application")) {
            assertThat(first.name()).isNotEqualTo(second.name());
            assertThat(other.name()).isNotIn(first.name(), second.name());
        }
    }

    @Test
    void take_nameHalfWritten_isANewOne() throws IOException {
        Path instances = Files.createDirectories(directory.resolve("instances").resolve("scorer"));
        Files.writeString(instances.resolve("0"), "0d8f53e2-7c");
        String name;
        try (InstanceLock instance = InstanceLock.take(directory, "scorer")) {
            name = instance.name();
        }
        assertThat(UUID.fromString(name)).hasToString(name);
        assertThat(instances.resolve("0")).hasContent(name);
    }

    @Test
    void take_directoryThatCannotBe_isANewNameEachTime() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (InstanceLock first = InstanceLock.take(file, "scorer");
                InstanceLock second = InstanceLock.take(file, "scorer")) {
            assertThat(first.name()).isNotEqualTo(second.name());
        }
    }

    @Test
    void transactionalId_ofStreamsThreads_holdsTheInstancesName() {
        var clients = new StaticMemberClientSupplier("teacher-scorer", "name");
        String given = "teacher-scorer-6f3c1d2e-0000-4000-8000-000000000000-2";
        assertThat(clients.transactionalId(given)).isEqualTo("teacher-scorer-name-2");
        assertThat(clients.transactionalIds(2)).containsExactly("teacher-scorer-name-1", "teacher-scorer-name-2");
    }
}
