package io.stillstream.pipeline.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Topics;
import io.stillstream.pipeline.PipelineException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedBrokerIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void start_sameDirectoryAgain_holdsTheSameTopics() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            TopicCreator creator = new TopicCreator(kafka, TIMEOUT);
            creator.create(Topics.defaults(), 2, 3);
            creator.create(Topics.defaults(), 4, 4);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory);
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertThat(admin.listTopics().names().get())
                    .containsAll(Topics.defaults().names());
            Map<String, TopicDescription> topics = admin.describeTopics(
                            Topics.defaults().names())
                    .allTopicNames()
                    .get();
            assertThat(topics.get("prompts").partitions()).hasSize(2);
            assertThat(topics.get("teacher-targets").partitions()).hasSize(3);
            assertThat(topics.get("dead-letters").partitions()).hasSize(1);
        }
    }

    @Test
    void start_whereAnotherRuns_saysHowToReachIt() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
            assertThatThrownBy(() -> EmbeddedBroker.start(directory))
                    .isInstanceOf(PipelineException.class)
                    .hasMessageContaining("is in use")
                    .hasMessageEndingWith("use that one with --bootstrap-servers " + broker.bootstrapServers());
        }
    }

    @Test
    void start_onATakenPort_namesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedBroker.start(directory, taken.getLocalPort()))
                    .isInstanceOf(PipelineException.class)
                    .hasMessageContaining("no broker can listen on port " + taken.getLocalPort());
        }
        assertThat(EmbeddedBroker.isKeptIn(directory)).isFalse();
    }

    @Test
    void start_directoryWithAComma_saysThatKafkaTakesNone() {
        Path comma = directory.resolve("o,a");
        assertThatThrownBy(() -> EmbeddedBroker.start(comma))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("the broker's data cannot be in " + comma);
        assertThat(comma).doesNotExist();
        assertThat(directory.resolve("o")).doesNotExist();
    }

    @Test
    void create_noBroker_namesTheServers() {
        TopicCreator creator = new TopicCreator(Map.of("bootstrap.servers", "127.0.0.1:1"), Duration.ofSeconds(2));
        assertThatThrownBy(() -> creator.create(Topics.defaults(), 1, 1))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("no Kafka broker answered at 127.0.0.1:1");
    }
}
