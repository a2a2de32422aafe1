package io.stillstream.scorer.topology.processor;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.scorer.ScorerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;

/**
 * A scorer whose teacher takes the process down at one prompt, at once and running nothing, as an abort in native code does.
 * It finds the same records at each start, as after a transaction that was aborted.
 */
public final class DyingScorer {

    static final int ABORTED = 134;
    private static final int PROMPTS = 6;
    private static final String FATAL = "p2";

    private DyingScorer() {}

    /** Prints the ids of the targets and the codes of the dead letters, where it comes so far. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        boolean whileAdmitting = arguments[1].equals("admitting");
        ScorerConfig config = ScorerConfig.defaults().withMaxBatch(100, PROMPTS);
        var teacher = new TestingTeacher(50);
        if (whileAdmitting) {
            teacher.failToAdmit(FATAL, DyingScorer::abort);
        } else {
            teacher.failAt(FATAL, DyingScorer::abort);
        }
        Topics topics = Topics.defaults();
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "dying");
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG, directory.resolve("streams").toString());
        CrashJournal journal = CrashJournal.open(directory, topics.prompts());
        try (var telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
                var driver = new TopologyTestDriver(
                        ScorerTopology.of(config, topics, teacher, journal, telemetry.scorer(), Clock.systemUTC()),
                        properties)) {
            var input = driver.createInputTopic(topics.prompts(), new ByteArraySerializer(), new ByteArraySerializer());
            for (int i = 0; i < PROMPTS; i++) {
                input.pipeInput(
                        new byte[] {1}, PromptCodec.encode(Prompt.of("p" + i, new PlainText("x"), Instant.EPOCH)));
            }
            driver.advanceWallClockTime(config.linger());
            driver.createOutputTopic(topics.teacherTargets(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                    .readValuesToList()
                    .forEach(value -> System.out.println(
                            "scored " + TeacherTargetsCodec.decode(value).promptId()));
            driver.createOutputTopic(topics.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                    .readRecordsToList()
                    .forEach(letter -> System.out.println("rejected "
                            + new String(
                                    letter.headers()
                                            .lastHeader("stillstream.code")
                                            .value(),
                                    StandardCharsets.UTF_8)));
        }
    }

    private static RuntimeException abort() {
        Runtime.getRuntime().halt(ABORTED);
        return new IllegalStateException("still alive");
    }
}
