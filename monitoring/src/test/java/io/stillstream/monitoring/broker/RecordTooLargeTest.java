package io.stillstream.monitoring.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

final class RecordTooLargeTest {

    private static final RecordTooLargeException TOO_LARGE = new RecordTooLargeException("1,048,577 bytes");

    @Test
    void in_failureOrItsCause_isFound() {
        assertThat(RecordTooLarge.in(TOO_LARGE)).containsSame(TOO_LARGE);
        assertThat(RecordTooLarge.in(new ExecutionException(TOO_LARGE))).containsSame(TOO_LARGE);
        assertThat(RecordTooLarge.in(new KafkaException("aborted", new KafkaException(TOO_LARGE))))
                .containsSame(TOO_LARGE);
    }

    @Test
    void in_anotherFailureOrNone_isEmpty() {
        assertThat(RecordTooLarge.in(new ExecutionException(new TimeoutException("late"))))
                .isEmpty();
        assertThat(RecordTooLarge.in(null)).isEmpty();
    }
}
