package io.stillstream.pipeline.command.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.command.ErrorMessages;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.offsets.TenantStretch;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code quarantine} shows and lifts, with a ledger in which two tenants and a range are passed over. */
final class QuarantineCommandIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final String NOWHERE = "127.0.0.1:1";

    @TempDir
    private Path data;

    private Path trainer;
    private String out = "";
    private String err = "";

    @BeforeEach
    void directory() {
        trainer = data.resolve("trainer");
    }

    @Test
    void list_nothingOrSomething_saysWhatIsPassedOver() {
        assertThat(run()).isEqualTo(1);
        assertThat(err)
                .contains(
                        "there is no ledger in " + trainer + "; name the directory that 'train' was given with --data");
        ledger(PassedOver.nothing());
        assertThat(run()).isZero();
        assertThat(out.strip()).isEqualTo("nothing is in quarantine");
        quarantine();
        assertThat(run()).isZero();
        assertThat(out.lines())
                .containsExactly(
                        "tenant=mallory from 0@2 on (until lifted)", "tenant=eve from 0@0 on (until lifted)", "0@3..4");
    }

    @Test
    void lift_tenant_trainsOnWhatComesFromNowOn() throws Exception {
        quarantine();
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"))) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 2);
            send(kafka, 5);
            String[] lift = {"--lift", "mallory", "--bootstrap-servers", broker.bootstrapServers()};
            assertThat(run(lift)).as(err).isZero();
            assertThat(out.lines())
                    .contains("tenant=mallory from 0@2 to before 0@5, 1@0 (lifted)")
                    .contains("tenant=eve from 0@0 on (until lifted)");
            PassedOver after = LedgerAudit.of(trainer).passedOver();
            assertThat(after.holds("mallory", 0, 4)).isTrue();
            assertThat(after.holds("mallory", 0, 5)).isFalse();
            assertThat(after.holds("mallory", 1, 0)).isFalse();
            assertThat(after.holds("eve", 0, 5)).isTrue();
            assertThat(after.holds(0, 3)).isTrue();

            send(kafka, 1);
            assertThat(run(lift)).as("it is lifted once, at one place").isEqualTo(1);
            assertThat(err).contains("the tenant 'mallory' is not in quarantine in " + trainer, "expected one of eve");
            assertThat(LedgerAudit.of(trainer).passedOver()).isEqualTo(after);
        }
    }

    @Test
    void lift_notSo_saysWhyAndChangesNothing() {
        quarantine();
        PassedOver before = LedgerAudit.of(trainer).passedOver();
        assertThat(run("--lift", "mallory", "--bootstrap-servers", NOWHERE, "--set", "kafka.connect-timeout=1s"))
                .isEqualTo(1);
        assertThat(err).contains(NOWHERE);
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"))) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 1);
            assertThat(run("--lift", "nobody", "--bootstrap-servers", broker.bootstrapServers()))
                    .isEqualTo(1);
            assertThat(err).contains("the tenant 'nobody' is not in quarantine", "expected one of mallory, eve");
            try (DataDirectory running = DataDirectory.open(trainer)) {
                assertThat(run("--lift", "mallory", "--bootstrap-servers", broker.bootstrapServers()))
                        .as("the trainer %s runs", running.id())
                        .isEqualTo(1);
                assertThat(err).contains(trainer.toString());
            }
        }
        assertThat(LedgerAudit.of(trainer).passedOver()).isEqualTo(before);
    }

    private void quarantine() {
        ledger(new PassedOver(
                List.of(new OffsetRange(0, 3, 4)),
                List.of(
                        new TenantStretch("mallory", Map.of(0, 2L), Map.of()),
                        new TenantStretch("eve", Map.of(0, 0L), Map.of()))));
    }

    /** As a rewind to the beginning writes it. */
    private void ledger(PassedOver passedOver) {
        try (DataDirectory directory = DataDirectory.open(trainer);
                Ledger ledger = Ledger.open(directory)) {
            ledger.append(new LedgerEntry.Rewound(
                    directory.epoch(), LedgerEntry.Rewound.BEGINNING, 0, 0, Map.of(), passedOver, 0, "", "by hand"));
            ledger.force();
        }
    }

    private static void send(Map<String, Object> kafka, int records) throws Exception {
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                var unused = producer.send(new ProducerRecord<>(TOPICS.teacherTargets(), 0, null, new byte[] {1}))
                        .get();
            }
        }
    }

    private int run(String... arguments) {
        var written = new StringWriter();
        var complaints = new StringWriter();
        int exitCode = new CommandLine(new QuarantineCommand())
                .setExecutionExceptionHandler(new ErrorMessages(() -> false))
                .setOut(new PrintWriter(written))
                .setErr(new PrintWriter(complaints))
                .execute(Stream.concat(Stream.of("--data=" + data), Arrays.stream(arguments))
                        .toArray(String[]::new));
        out = written.toString();
        err = complaints.toString();
        return exitCode;
    }
}
