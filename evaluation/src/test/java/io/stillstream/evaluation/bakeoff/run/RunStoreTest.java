package io.stillstream.evaluation.bakeoff.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.writing.Exposure;
import io.stillstream.evaluation.bakeoff.writing.WrittenAnswers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunStoreTest {

    @TempDir
    private Path directory;

    @Test
    void find_keptRun_isTheSameToTheLastBit() {
        RunStore store = new RunStore(directory.resolve("runs"));
        RunResult run = new RunResult(
                List.of(
                        new RunResult.Point(0, 0, Map.of("own", 1.0 / 3)),
                        new RunResult.Point(5, 1234, Map.of("own", Double.NaN))),
                Map.of("own", List.of(new RecordLoss(Math.PI, 17), new RecordLoss(Double.NaN, 3))),
                1234,
                1,
                2,
                Map.of("cross_entropy", 0.1),
                Map.of(),
                Map.of(
                        "own",
                        new Exposure(new WrittenAnswers(1.0 / 7, Math.E, 1), new WrittenAnswers(0, Double.NaN, 0))));

        store.keep("key", run);

        assertThat(store.find("key")).contains(run);
        assertThat(store.find("other")).isEmpty();
    }

    @Test
    void find_damagedRun_saysWhichFileAndWhatToDo() throws Exception {
        Files.writeString(directory.resolve("key.json"), "{\"curve\": [");

        assertThatThrownBy(() -> new RunStore(directory).find("key"))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("key.json")
                .hasMessageContaining("remove it");
    }
}
