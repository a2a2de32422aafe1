package io.stillstream.trainer.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataDirectoryTest {

    @TempDir
    private Path root;

    @Test
    void open_again_hasTheSameIdAndAHigherEpoch() {
        String id;
        try (DataDirectory first = DataDirectory.open(root)) {
            id = first.id();
            assertThat(first.epoch()).isOne();
        }
        try (DataDirectory second = DataDirectory.open(root)) {
            assertThat(second.id()).isEqualTo(id);
            assertThat(second.epoch()).isEqualTo(2);
        }
    }

    @Test
    void requireCurrent_directoryThatIsGone_isNotTakenForAnotherTrainersOpening() throws IOException {
        try (DataDirectory data = DataDirectory.open(root.resolve("data"))) {
            data.requireCurrent();
            Files.move(data.root(), root.resolve("moved"));
            assertThatThrownBy(data::requireCurrent)
                    .isInstanceOf(TrainerException.class)
                    .isNotInstanceOf(FencedException.class)
                    .hasMessageContaining(data.root() + " was removed or renamed");
        }
    }

    /** An empty id would be that of every directory whose file was emptied. */
    @ParameterizedTest
    @ValueSource(strings = {"id", "epoch"})
    void open_fileThatIsEmptyOrGarbage_saysWhichAndWhatToDo(String name) throws IOException {
        try (DataDirectory data = DataDirectory.open(root)) {
            assertThat(data.root()).isAbsolute();
        }
        Path file = root.toAbsolutePath().resolve(name);
        for (byte[] contents : new byte[][] {{}, {(byte) 0xff, (byte) 0xfe, 0}, {46, 46, 47, 120}}) {
            Files.write(file, contents);
            assertThatThrownBy(() -> DataDirectory.open(root))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageStartingWith(file + " holds '")
                    .hasMessageContaining("expected the");
        }
    }
}
