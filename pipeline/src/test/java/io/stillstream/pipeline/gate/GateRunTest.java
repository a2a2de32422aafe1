package io.stillstream.pipeline.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.rollout.gate.Verdict;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate that can never be judged. */
final class GateRunTest {

    @TempDir
    private Path directory;

    @Test
    void candidate_thatTheTrainerHasRemovedSince_fails() throws Exception {
        StillstreamConfig config = new ConfigLoader(Map.of())
                .load(StillstreamConfig.defaults(), null, Map.of("data-directory", directory.toString()));
        Files.createDirectories(DataDirectory.snapshots(config.trainerDirectory()));
        var store = new SnapshotStore(config.trainerDirectory(), Clock.systemUTC());
        // No broker is asked.
        try (var reader = new TopicReader(Map.of("bootstrap.servers", "127.0.0.1:1"))) {
            Verdict verdict = new GateRun(config, store, reader)
                    .judge(new SnapshotReference("0000000040-abc", Digests.sha256("weights")));

            assertThat(verdict).isInstanceOf(Verdict.Fail.class);
            assertThat(verdict.reasons())
                    .singleElement()
                    .satisfies(reason -> assertThat(reason.detail())
                            .contains("no snapshot 0000000040-abc", directory.toString(), "trainer.snapshots.keep"));
        }
    }
}
