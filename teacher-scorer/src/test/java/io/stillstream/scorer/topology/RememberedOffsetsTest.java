package io.stillstream.scorer.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RememberedOffsetsTest {

    private static final Uuid ID = Uuid.randomUuid();
    private static final TopicPartition FIRST = new TopicPartition("prompts", 0);
    private static final TopicPartition SECOND = new TopicPartition("prompts", 1);

    @TempDir
    private Path directory;

    @Test
    void read_whatWasKept_isTheLastOfEachPartition() {
        assertThat(offsets(ID).read()).isEmpty();
        offsets(ID).keep(Map.of(FIRST, 3L, SECOND, 4L));
        // A partition without a commit: the brokers have forgotten it.
        offsets(ID).keep(Map.of(FIRST, 1L << 40));

        assertThat(offsets(ID).read()).containsExactly(Map.entry(FIRST, 1L << 40), Map.entry(SECOND, 4L));
    }

    @Test
    void read_ofAnotherTopicOfThatName_isNothing_andWhatIsKeptThenIsOfThatOne() {
        Uuid other = Uuid.randomUuid();
        offsets(ID).keep(Map.of(FIRST, 3L, SECOND, 4L));
        assertThat(offsets(other).read()).isEmpty();
        offsets(other).keep(Map.of(SECOND, 1L));

        assertThat(offsets(other).read()).containsExactly(Map.entry(SECOND, 1L));
        assertThat(offsets(ID).read()).isEmpty();
    }

    @Test
    void forget_leavesNothing() {
        offsets(ID).keep(Map.of(FIRST, 3L));
        offsets(ID).forget();
        offsets(ID).forget();

        assertThat(offsets(ID).read()).isEmpty();
    }

    @Test
    void read_aFileThatIsNotOfThisKind_isRefused_andNamed() throws Exception {
        offsets(ID).keep(Map.of(FIRST, 3L));
        for (String line : new String[] {"0", "0 x", " 1", ""}) {
            Files.writeString(offsets(ID).file(), ID + "\n" + line + "\n");
            assertThatThrownBy(() -> offsets(ID).read())
                    .as("'%s'", line)
                    .isInstanceOf(ScorerException.class)
                    .hasMessageContaining(offsets(ID).file().toString());
        }
    }

    private RememberedOffsets offsets(Uuid id) {
        return new RememberedOffsets(ScorerConfig.defaults().withStateDirectory(directory), "prompts", id);
    }
}
