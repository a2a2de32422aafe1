package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

final class RetriedAppendsTest {

    @Test
    void log_keepsEveryOtherErrorOfTheBroker() {
        var context = new LoggerContext();
        context.addTurboFilter(new RetriedAppends());
        var events = new ListAppender<ILoggingEvent>();
        events.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(events);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
        Logger replicas = context.getLogger("kafka.server.ReplicaManager");

        replicas.error("append to prompts-2", new OutOfOrderSequenceException("1 came before 0"));
        replicas.error("append to prompts-2", new KafkaStorageException("the disk is full"));
        context.getLogger("io.stillstream.producer.Transaction")
                .error("sending failed", new OutOfOrderSequenceException("given up"));

        assertThat(events.list)
                .extracting(ILoggingEvent::getMessage)
                .containsExactly("append to prompts-2", "sending failed");
    }
}
