package io.stillstream.monitoring.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

final class RecordTooLargeTest {

    private final RecordTooLargeException tooLarge = new RecordTooLargeException("1,048,577 bytes");

    @Test
    void in_failureOrItsCause_isFound() {
        assertThat(RecordTooLarge.in(tooLarge)).containsSame(tooLarge);
        assertThat(RecordTooLarge.in(new ExecutionException(tooLarge))).containsSame(tooLarge);
        assertThat(RecordTooLarge.in(new KafkaException("aborted", new KafkaException(tooLarge))))
                .containsSame(tooLarge);
    }

    @Test
    void in_anotherFailureOrNone_isEmpty() {
        assertThat(RecordTooLarge.in(new ExecutionException(new TimeoutException("late"))))
                .isEmpty();
        assertThat(RecordTooLarge.in(null)).isEmpty();
    }
}
