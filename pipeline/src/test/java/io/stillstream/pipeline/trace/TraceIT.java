package io.stillstream.pipeline.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.console.TestingConsole;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoConfig;
import io.stillstream.pipeline.production.ControllerStage;
import io.stillstream.pipeline.run.Pipeline;
import io.stillstream.trainer.checkpoint.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What became of the lines of a real run, whose snapshot a real controller promotes and takes back. */
final class TraceIT {

    private static final Topics TOPICS = Topics.defaults();

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private StillstreamConfig config;
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        BundledModels models = BundledModels.unpack(directory.resolve("models"));
        Path lines = Files.write(
                directory.resolve("lines.jsonl"),
                List.of(
                        "{\"id\":\"p-1\",\"conversation_id\":\"c-1\",\"prompt\":\"Write to lily.smith@example.org\","
                                + "\"response\":\"I wrote to lily.smith@example.org\\u001b[2J.\"}",
                        "{\"id\":\"p-2\",\"conversation_id\":\"c-1\",\"prompt\":\"One day, a bird\"}",
                        "{\"id\":\"p-3\",\"conversation_id\":\"c-3\",\"prompt\":\"\"}",
                        "{\"id\":\"p-10\",\"conversation_id\":\"c-10\",\"prompt\":\"Once upon a time\"}"));
        config = new ConfigLoader(Map.of())
                .load(
                        DemoConfig.of(directory.resolve("run"), models),
                        null,
                        Map.of(
                                "kafka.bootstrap-servers",
                                broker.bootstrapServers(),
                                "monitoring.port",
                                "0",
                                "traffic.source",
                                lines.toString(),
                                "traffic.repeat",
                                "1",
                                "traffic.held-out-fraction",
                                "0",
                                "teacher.generation.max-tokens",
                                "24",
                                "rollout.steps",
                                "5% 1h",
                                "rollout.automatic",
                                "false"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void run_itsLines_areTracedFromTheirCaptureToWhatServes() throws Exception {
        Snapshot snapshot;
        try (Interruption interruption = new Interruption()) {
            snapshot = new Pipeline(config, interruption, progress -> () -> {}, false)
                    .run(null)
                    .trainer()
                    .lastSnapshot();
        }
        String id = snapshot.manifest().id();

        String text = print("p-1", false, false);
        assertThat(text)
                .contains("prompt        p-1\n", "conversation  c-1\n", "redacted      1 EMAIL\n")
                .containsPattern("captured      .*, tenant default, prompts \\d@0\n")
                .containsPattern("read from     .*lines\\.jsonl, line 1\n")
                .containsPattern("answered by   production\n")
                .containsPattern("scored        .* s after it was asked, by teacher \\([0-9a-f]{12}\\), \\d+ tokens, ")
                .contains("trained on    yes, step 1\n", "snapshots     first " + id, "served        by no rollout\n")
                .doesNotContain("p-2", "p-10", "lily", "wrote", "<EMAIL");
        assertThat(print("p-1", false, true))
                .containsPattern("asked         Write to <EMAIL_\\d+>\n")
                .contains("\\u001b[2J")
                .doesNotContain("lily", "\u001b");
        assertThat(print("c-1", false, false)).contains("prompt        p-1\n", "prompt        p-2\n");
        assertThat(print("p-3", false, false)).containsPattern("dead letter   empty_prompt at .*lines\\.jsonl:3 ");

        rollOutAndBack(id);
        JsonNode json = new ObjectMapper().readTree(print("p-1", true, false));
        JsonNode scored = json.at("/prompts/0/scored/0");
        assertThat(json.at("/prompts/0/captured/redacted/EMAIL").asInt()).isOne();
        assertThat(json.at("/prompts/0/captured").has("prompt")).isFalse();
        assertThat(json.at("/prompts/0/captured/line").asLong()).isOne();
        assertThat(scored.at("/training/0/disposition").asText()).isEqualTo("trained");
        assertThat(scored.at("/training/0/step").asLong()).isOne();
        assertThat(scored.at("/snapshots/0/id").asText()).isEqualTo(id);
        assertThat(scored.at("/snapshots/0/rollout").findValuesAsText("what"))
                .satisfiesExactly(
                        started ->
                                assertThat(started).isEqualTo("candidate, step 1 (start by console, decision 1): try"),
                        promoted -> assertThat(promoted).startsWith("became champion (promote by console, decision 2)"),
                        back -> assertThat(back).startsWith("no longer champion (rollback by console, decision 4)"));
        assertThat(progress.toString(StandardCharsets.UTF_8)).isEmpty();

        assertThatThrownBy(() -> print("p-4", false, false))
                .isInstanceOf(PipelineException.class)
                .hasMessageStartingWith(
                        "nothing is known of 'p-4': no prompt, conversation or answer has this id among");
    }

    /** With the console's own buttons, and what they show of it. */
    private void rollOutAndBack(String id) throws Exception {
        Map<String, Object> kafka = config.kafka().clientProperties(broker.bootstrapServers());
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.ROLLOUT);
                ControllerStage controller = ControllerStage.open(config, kafka, telemetry);
                TestingConsole console = TestingConsole.of(config, broker.bootstrapServers())) {
            assertThat(controller.readiness().passed()).isFalse();
            Thread running = new Thread(controller::run, "controller");
            running.start();
            JsonNode before = console.await(
                    "/console/state", state -> state.at("/rollout/controller").asBoolean());
            assertThat(before.at("/rollout/phase").asText()).isEqualTo(RolloutPhase.HEALTHY.label());
            assertThat(controller.readiness().passed()).isTrue();
            assertThat(console.await(
                                    "/console/state",
                                    state -> state.path("snapshots").size() > 0)
                            .at("/snapshots/0/id")
                            .asText())
                    .isEqualTo(id);
            JsonNode started = console.click("start", id, false, "try", 0);
            assertThat(started.path("candidate").asText()).isEqualTo(id);
            assertThat(started.path("percent").asDouble()).isEqualTo(5);
            JsonNode promoted = console.click("promote", "", true, "", 1);
            assertThat(promoted.path("champion").asText()).isEqualTo(id);
            assertThat(console.preview("since-champion").path("lines"))
                    .hasSize(3)
                    .first()
                    .satisfies(line -> assertThat(line.asText())
                            .startsWith("the trainer in ")
                            .endsWith(" would go back to " + id));
            assertThat(console.preview("9:0-1").path("problem").asText()).contains("partition 9");
            JsonNode stale = console.click("promote", "", false, "", 1);
            assertThat(stale.at("/decisions/0/refusal").asText()).isNotEmpty();
            JsonNode back = console.click("rollback", "", false, "bad", 2);
            assertThat(back.path("champion").asText()).isEmpty();
            assertThat(back.path("rejected").asInt()).isOne();
            controller.stop();
            assertThat(controller.readiness().passed()).isFalse();
            running.join();
        }
    }

    private String print(String id, boolean json, boolean texts) {
        StringWriter out = new StringWriter();
        Path trainer = config.dataDirectory().resolve(config.trainer().dataDirectory());
        new TraceRun(config.kafka().clientProperties(broker.bootstrapServers()), TOPICS, trainer)
                .print(id, null, json, texts, new PrintWriter(out), new PrintStream(progress), false);
        return out.toString();
    }
}
