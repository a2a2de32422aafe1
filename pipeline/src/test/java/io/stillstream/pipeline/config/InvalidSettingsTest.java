package io.stillstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stillstream.configuration.ConfigException;
import io.stillstream.configuration.RecordBinder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every record refuses what it cannot use, and the message names the key as it stands in the file. */
final class InvalidSettingsTest {

    private static final String NONSENSE = "nonsense";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kafka.partitions | 0 | is 0; expected 1 or more",
                "kafka.connect-timeout | 2000h | is 120000m; expected 1ms to 1440m",
                "kafka.connect-timeout | 0s | is 0s; expected 1ms to 1440m",
                "kafka.properties.acks | 0 | is set, to a value that is not shown; expected a property that is passed on",
                "topics.dead-letters | dead letters | is 'dead letters'; expected a topic's name",
                "monitoring.host | ' ' | is ''; expected an address such as 127.0.0.1",
                "monitoring.port | 65536 | is 65536; expected 0 to 65535",
                "traffic.source | ' ' | is ''; expected a file, a directory, a pattern, or - for standard input",
                "traffic.max-in-flight | -1 | is -1; expected 0 or more",
                "traffic.prompts-per-second | -1 | is -1.0; expected 0 or more",
                "traffic.prompts-per-second | NaN | is NaN; expected 0 or more",
                "traffic.held-out-fraction | 1.5 | is 1.5; expected 0 to 1",
                "traffic.repeat | -1 | is -1; expected 0 or more",
                "traffic.limit | -1 | is -1; expected 0 or more",
                "traffic.max-line-bytes | 0 | is 0; expected 1 to 67108864",
                "traffic.delivery-timeout | 0s | is 0s; expected 1ms to 1440m",
                "teacher.top-k | 0 | is 0; expected 1 or more",
                "teacher.selection | all | is 'all'; expected one of sequence, token",
                "teacher.device | gpu | is 'gpu'; expected cpu, or cuda:N as in cuda:0",
                "teacher.threads | -1 | is -1; expected 0 to 1024",
                "teacher.threads | 3000 | is 3000; expected 0 to 1024",
                "teacher.generation.max-tokens | 0 | is 0; expected 1 or more",
                "teacher.generation.temperature | 101 | is 101.0; expected 0 to 100",
                "teacher.generation.top-p | 0 | is 0.0; expected above 0 and at most 1",
                "teacher.memory.logit-mebibytes | 0 | is 0; expected 1 or more",
                "teacher.cuda.memory-mebibytes | -1 | is -1; expected 0 or more",
                "teacher.cuda.options.use_tf32 | ' ' | is ' '; expected a name and a value of ONNX Runtime's CUDA provider",
                "scorer.application-id | ' ' | is ''; expected a name for the consumer group",
                "scorer.max-batch-tokens | 0 | is 0; expected 1 or more",
                "scorer.linger | 0s | is 0s; expected 1ms to 1440m",
                "scorer.worst-batch | 6m | is 6m; expected 1ms to 5m",
                "scorer.internal-replication-factor | 0 | is 0; expected 1 or more, or -1 for the broker's default",
                "trainer.accept-changes | weather | is 'weather'; expected any of loss, teacher, ",
                "trainer.patience | 0s | is 0s; expected 1ms to 1440m",
                "trainer.loss.cross-entropy.weight | -1 | is -1.0; expected 0 or more",
                "trainer.loss.cross-entropy.ramp.steps | -1 | is -1; expected 0 or more",
                "trainer.loss.multilevelot.k | 0 | is 0; expected 1 or more",
                "trainer.loss.multilevelot.temperature-sinkhorn | 0 | is 0.0; expected a number above 0",
                "trainer.loss.multilevelot.alpha | -1 | is -1.0; expected 0 to 1",
                "trainer.loss.uld.k | 0 | is 0; expected 1 or more",
                "trainer.loss.aligned-likelihood.temperature | 0 | is 0.0; expected a number above 0",
                "trainer.loss.kl.weight | NaN | is NaN; expected 0 or more",
                "trainer.optimizer.learning-rate | Infinity | is Infinity; expected 0 or more",
                "trainer.optimizer.beta1 | 1 | is 1.0; expected 0 to below 1",
                "trainer.optimizer.epsilon | 0 | is 0.0; expected a number above 0",
                "trainer.optimizer.schedule.type | linear | is 'linear'; expected one of constant, cosine",
                "trainer.batches.accumulate | 0 | is 0; expected 1 or more",
                "trainer.evaluations.held-out-records | 100001 | is 100001; expected 0 to 100000",
                "trainer.snapshots.keep | 0 | is 0; expected 1 or more",
                "trainer.checkpoints.failures | 0 | is 0; expected 1 or more"
            })
    void load_wrongValue_namesTheKeyAsTheFileHasIt(String key, String value, String message) {
        assertThat(problems(Map.of(key, value))).singleElement().asString().startsWith(key + " " + message);
    }

    @Test
    void load_wrongCombination_namesTheKeyToChange() {
        assertThat(problems(Map.of("teacher.selection", "token", "teacher.ranking", "standardised")))
                .containsExactly(
                        "teacher.ranking is standardised; expected probability unless the selection is sequence:"
                                + " columns of a position are ranked by nothing else");
        assertThat(problems(
                        Map.of("trainer.loss.multilevelot.variant", "none", "trainer.loss.multilevelot.alpha", "0.5")))
                .containsExactly(
                        "trainer.loss.multilevelot.variant is none; expected spelled, paper, released or stable"
                                + " beside alpha 0.5");
        assertThat(problems(
                        Map.of("trainer.loss.cross-entropy.weight", "0", "trainer.loss.multilevelot.variant", "none")))
                .containsExactly("trainer.loss.cross-entropy.weight is 0.0; expected above 0 where every other loss has"
                        + " the weight 0");
        assertThat(problems(Map.of("topics.prompts", "dead-letters")))
                .singleElement()
                .asString()
                .startsWith("topics is 'dead-letters, teacher-targets, dead-letters, ");
        assertThat(problems(Map.of(
                        "trainer.optimizer.schedule.type", "cosine",
                        "trainer.optimizer.schedule.steps", "0",
                        "trainer.optimizer.schedule.minimum-factor", "0.1")))
                .containsExactly("trainer.optimizer.schedule.steps is 0; expected 1 or more");
    }

    static Stream<String> typedKeys() {
        Map<String, Object> keys = new LinkedHashMap<>();
        flatten("", RecordBinder.unbind(StillstreamConfig.defaults()), keys);
        return keys.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Number || entry.getValue() instanceof Boolean)
                .map(Map.Entry::getKey);
    }

    @ParameterizedTest
    @MethodSource("typedKeys")
    void load_nonsense_namesTheKeyAsTheFileHasIt(String key) {
        assertThat(problems(Map.of(key, NONSENSE)))
                .singleElement()
                .asString()
                .startsWith(key + " is 'nonsense'; expected ");
    }

    private static void flatten(String section, Map<String, Object> tree, Map<String, Object> into) {
        tree.forEach((key, value) -> {
            String name = section.isEmpty() ? key : section + "." + key;
            if (value instanceof Map<?, ?> inner) {
                flatten(name, RecordBinder.textKeys(inner), into);
            } else {
                into.put(name, value);
            }
        });
    }

    private static List<String> problems(Map<String, String> settings) {
        return catchThrowableOfType(
                        ConfigException.class,
                        () -> new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings))
                .problems();
    }
}
