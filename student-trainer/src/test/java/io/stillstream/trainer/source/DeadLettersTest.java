package io.stillstream.trainer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Rejection;
import io.stillstream.contract.RejectionCode;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.trainer.TrainerException;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

final class DeadLettersTest {

    private static final byte[] VALUE = {1, 2, 3};

    @Test
    void flush_afterTheBrokersWereAway_sendsWhatTheyDidNotTakeAgain() {
        var producer = new FailingProducer(2);
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER)) {
            var letters = new DeadLetters(producer, "dead-letters", telemetry.trainer());
            letters.send(
                    new ConsumerRecord<>("teacher-targets", 1, 17, new byte[] {9}, VALUE),
                    new Rejection(RejectionCode.UNREADABLE_RECORD, "not readable"));
            assertThatThrownBy(letters::flush)
                    .isInstanceOf(TrainerException.class)
                    .hasMessage("a rejected record could not be sent to dead-letters: no broker");
            letters.flush();
            letters.flush();
        }
        List<ProducerRecord<byte[], byte[]>> sent = producer.history();
        assertThat(sent).hasSize(3).containsOnly(sent.get(0));
        assertThat(sent.get(0).value()).isEqualTo(VALUE);
    }

    /** Does not take the first records that it is given. */
    private static final class FailingProducer extends MockProducer<byte[], byte[]> {

        private int failures;

        FailingProducer(int failures) {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
            this.failures = failures;
        }

        @Override
        public synchronized void flush() {
            while (failures > 0 && errorNext(new TimeoutException("no broker"))) {
                failures--;
            }
            super.flush();
        }
    }
}
