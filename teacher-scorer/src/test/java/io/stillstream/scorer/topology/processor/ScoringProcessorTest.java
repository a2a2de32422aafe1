package io.stillstream.scorer.topology.processor;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Split;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Kafka Streams does after a transaction was aborted: the same processor, initialised again. */
final class ScoringProcessorTest {

    private final TestingTeacher teacher = new TestingTeacher(100);
    private Telemetry telemetry;
    private ScoringProcessor processor;

    @BeforeEach
    void start() {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
        var meters = telemetry.scorer();
        processor = new ScoringProcessor(
                new ScorerContext(ScorerConfig.defaults(), teacher, CrashJournal.none(), meters, Clock.systemUTC()));
    }

    @AfterEach
    void stop() {
        processor.close();
        telemetry.close();
    }

    @Test
    void init_afterAnAbort_forgetsWhatTheChangelogDoesNotHold() {
        MockProcessorContext<byte[], byte[]> aborted = context();
        processor.init(aborted);
        aborted.setRecordMetadata("prompts", 0, 0);
        processor.process(record("uncommitted"));

        MockProcessorContext<byte[], byte[]> revived = context();
        processor.init(revived);
        assertThat(aborted.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
        revived.setRecordMetadata("prompts", 0, 0);
        processor.process(record("again"));
        revived.scheduledPunctuators().get(0).getPunctuator().punctuate(Long.MAX_VALUE);
        assertThat(teacher.batches()).containsExactly(List.of("again"));
        assertThat(telemetry
                        .registry()
                        .get("stillstream.buffered.prompts")
                        .gauge()
                        .value())
                .isZero();
    }

    private static MockProcessorContext<byte[], byte[]> context() {
        var context = new MockProcessorContext<byte[], byte[]>();
        KeyValueStore<Long, SourceRecord> buffer = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(ScorerTopology.BUFFER), Serdes.Long(), SourceRecordSerde.serde())
                .withLoggingDisabled()
                .build();
        buffer.init(context.getStateStoreContext(), buffer);
        context.setCurrentSystemTimeMs(0);
        return context;
    }

    private static Record<byte[], byte[]> record(String id) {
        var prompt = new Prompt(
                id,
                "talk",
                new PlainText("x"),
                null,
                null,
                "default",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
        return new Record<>(null, PromptCodec.encode(prompt), 0);
    }
}
