package io.stillstream.fuzz;

import io.stillstream.configuration.ConfigException;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A configuration file: each problem is a sentence of its own. */
final class ConfigurationTarget implements FuzzTarget {

    private final ConfigLoader loader = new ConfigLoader(Map.of());

    /** All problems together, which are lines. */
    private static final class Refused extends RuntimeException {

        private Refused(ConfigException cause) {
            super("the configuration is refused", cause);
        }
    }

    @Override
    public Promise promise() {
        return Promise.usual(Refused.class);
    }

    @Override
    public void read(byte[] input) {
        try {
            loader.load(StillstreamConfig.defaults(), Scratch.file("stillstream.yaml", input), Map.of());
        } catch (ConfigException e) {
            e.problems().forEach(Promise::requireSentence);
            throw new Refused(e);
        }
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                        scorer:
                          max-batch-tokens: 100
                          linger: 1s
                        trainer:
                          batches: {accumulate: 7}
                          loss:
                            kl: {weight: 1}
                        kafka:
                          properties:
                            security.protocol: SSL
                        """, """
                        traffic: {source: a.jsonl, fields: {messages: /m}}
                        data-directory: "there"
                        monitoring: {port: 0x10}
                        topics:
                          prompts: p
                        """).stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public List<String> words() {
        return List.of(
                "scorer:",
                "trainer:",
                "teacher:",
                "kafka:",
                "properties:",
                "monitoring:",
                "topics:",
                "traffic:",
                "loss:",
                "type:",
                "&a",
                "*a",
                "<<:",
                "!!int",
                "!!binary",
                "!!set",
                "---\n",
                "...\n",
                "? ",
                "|\n",
                ">\n",
                "%YAML 1.1\n",
                "~",
                ".inf",
                ".nan",
                "1_000",
                "0x7fffffffffffffff",
                "1e999999999",
                "\\u2028");
    }
}
