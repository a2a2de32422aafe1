package io.stillstream.trainer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.Offsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class OffsetsInitializerTest {

    private static final TopicPartition ZERO = new TopicPartition("teacher-targets", 0);
    private static final TopicPartition ONE = new TopicPartition("teacher-targets", 1);

    private static final DeletedRecords REFUSED = DeletedRecords.refused();

    @Test
    void choose_nothingSaved_startsAtTheOldestRecords() {
        assertThat(OffsetsInitializer.choose(
                        Offsets.beginning(), Map.of(ZERO, 5L, ONE, 0L), Map.of(ZERO, 9L, ONE, 0L), false, REFUSED))
                .isEqualTo(Map.of(ZERO, 5L, ONE, 0L));
    }

    @Test
    void choose_savedAndMorePartitionsAccepted_goesOnThereAndReadsNewOnesFromTheirBeginning() {
        assertThat(OffsetsInitializer.choose(
                        Offsets.of(Map.of(ZERO, 9L)),
                        Map.of(ZERO, 5L, ONE, 2L),
                        Map.of(ZERO, 9L, ONE, 3L),
                        true,
                        REFUSED))
                .isEqualTo(Map.of(ZERO, 9L, ONE, 2L));
    }

    @Test
    void choose_morePartitionsThanSaved_refusesAndNamesBothCounts() {
        assertThatThrownBy(() -> OffsetsInitializer.choose(
                        Offsets.of(Map.of(ZERO, 9L)),
                        Map.of(ZERO, 5L, ONE, 2L),
                        Map.of(ZERO, 9L, ONE, 3L),
                        false,
                        REFUSED))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("has 2 partitions; it had 1")
                .hasMessageContaining("trainer.accept-changes=partitions");
    }

    @Test
    void choose_recordsDeletedUnread_saysWhich() {
        assertThatThrownBy(() -> OffsetsInitializer.choose(
                        Offsets.of(Map.of(ZERO, 3L)), Map.of(ZERO, 5L), Map.of(ZERO, 9L), false, REFUSED))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("records 3 to 4 of teacher-targets-0 were deleted")
                .hasMessageContaining("retention")
                .hasMessageContaining("trainer.accept-changes=deleted-records");
    }

    @Test
    void choose_deletedRecordsAccountedFor_goesOnWhereItWas() {
        assertThat(OffsetsInitializer.choose(
                        Offsets.of(Map.of(ZERO, 3L)),
                        Map.of(ZERO, 5L),
                        Map.of(ZERO, 9L),
                        false,
                        (partition, first, last) -> partition.equals(ZERO) && first == 3 && last == 4
                                ? Optional.of(List.of())
                                : Optional.empty()))
                .isEqualTo(Map.of(ZERO, 3L));
    }

    @Test
    void choose_beyondTheEnd_isRefused() {
        assertThatThrownBy(() -> OffsetsInitializer.choose(
                        Offsets.of(Map.of(ZERO, 10L)), Map.of(ZERO, 0L), Map.of(ZERO, 9L), false, REFUSED))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("offset 10 of teacher-targets-0, which ends at 9");
    }

    @Test
    void choose_partitionThatIsGone_isRefused() {
        assertThatThrownBy(() -> OffsetsInitializer.choose(
                        Offsets.of(Map.of(ONE, 1L)), Map.of(ZERO, 0L), Map.of(ZERO, 9L), false, REFUSED))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("teacher-targets-1, which does not exist");
    }

    @Test
    void parse_named_isTheSamePosition() {
        Offsets position = Offsets.of(Map.of(ZERO, 4L, ONE, 7L));
        assertThat(Offsets.parse(position.named()).offsets()).isEqualTo(position.offsets());
        assertThatThrownBy(() -> Offsets.parse(Map.of("nonsense", 1L))).isInstanceOf(TrainerException.class);
    }
}
