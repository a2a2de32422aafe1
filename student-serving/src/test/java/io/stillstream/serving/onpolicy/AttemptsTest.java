package io.stillstream.serving.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class AttemptsTest {

    private static final TopicPartition PARTITION = new TopicPartition("prompts", 0);

    @Test
    void records_thatAProcessDiedOf_areTriedAlone_andTheOneItDiedOfThenIsPassedOver() {
        OffsetAndMetadata died = new Attempts().before(PARTITION, 100, 104);

        var second = new Attempts();
        second.read(PARTITION, died);
        assertThat(second.isSuspect(PARTITION, 103)).isTrue();
        assertThat(second.isSuspect(PARTITION, 104)).isFalse();
        assertThat(second.isPoison(PARTITION, 100)).isFalse();
        OffsetAndMetadata first = second.after(PARTITION, 101);
        assertThat(first.offset()).isEqualTo(101);
        OffsetAndMetadata diedAgain = second.before(PARTITION, 101, 102);

        var third = new Attempts();
        third.read(PARTITION, diedAgain);
        assertThat(third.isPoison(PARTITION, 101)).isTrue();
        assertThat(third.isPoison(PARTITION, 102)).isFalse();
        assertThat(third.isSuspect(PARTITION, 103)).isTrue();
        assertThat(third.after(PARTITION, 104)).isEqualTo(new OffsetAndMetadata(104));
    }

    @Test
    void attempts_thatEnded_leaveNoSuspects() {
        var attempts = new Attempts();
        attempts.read(PARTITION, new Attempts().before(PARTITION, 0, 9));
        attempts.read(PARTITION, new Attempts().after(PARTITION, 9));

        assertThat(attempts.isSuspect(PARTITION, 3)).isFalse();
    }

    @Test
    void metadata_ofOthers_isNoAttempt() {
        var attempts = new Attempts();
        attempts.read(PARTITION, new OffsetAndMetadata(5, "alone to the end"));
        attempts.read(new TopicPartition("prompts", 1), null);
        attempts.read(PARTITION, new OffsetAndMetadata(5, "alone to 9999999999999999999"));

        assertThat(attempts.isSuspect(PARTITION, 5)).isFalse();
        assertThat(attempts.isPoison(PARTITION, 5)).isFalse();
    }
}
