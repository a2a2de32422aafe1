package io.stillstream.pipeline.command.rollout;

import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.command.DataOptions;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a rollout is kept. */
final class RolloutOptions {

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "The Kafka cluster (kafka.bootstrap-servers).")
    private @Nullable String bootstrapServers;

    @Mixin
    private DataOptions data = new DataOptions();

    /** @throws PipelineException where the configuration names no cluster */
    StillstreamConfig config() {
        return config(StillstreamConfig.defaults());
    }

    /**
     * @param metricsPort where its meters are, unless it is configured
     * @throws PipelineException where the configuration names no cluster
     */
    StillstreamConfig config(int metricsPort) {
        Map<String, String> port = Map.of("monitoring.port", Integer.toString(metricsPort));
        return config(new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, port));
    }

    private StillstreamConfig config(StillstreamConfig defaults) {
        Map<String, @Nullable String> flags = new HashMap<>();
        flags.put("kafka.bootstrap-servers", bootstrapServers);
        StillstreamConfig config = data.load(defaults, flags);
        if (config.kafka().embedded()) {
            throw new PipelineException(
                    "a rollout is kept in a Kafka cluster; name one with --bootstrap-servers HOST:PORT");
        }
        return config;
    }

    /** How to reach the cluster, which has the rollout's topics from now on. */
    static Map<String, Object> reach(StillstreamConfig config) {
        Map<String, Object> kafka =
                config.kafka().clientProperties(config.kafka().bootstrapServers());
        new TopicCreator(kafka, config.kafka().connectTimeout())
                .create(
                        config.topics(),
                        config.kafka().partitions(),
                        config.kafka().targetsPartitions());
        return kafka;
    }
}
