package io.stillstream.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.distillation.EvaluationMetrics;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.monitoring.distillation.StepMetrics;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.ProducerMeters;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A console of hours in minutes, whose every text is hostile: its meters move as those of a training do, a second in each tick,
 * as many ticks a second as its argument says.
 */
public final class Synthetic {

    private static final String MARKUP = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>\u202e";
    private static final String WORD = "x".repeat(10_000);
    private static final Duration EIGHT_HOURS = Duration.ofHours(8);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int SNAPSHOT_EVERY = 600;

    private final Moving clock = new Moving();
    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(true, "127.0.0.1", 0), Stage.PIPELINE);
    private final ProducerMeters producer = telemetry.producer();
    private final ScorerMeters scorer = telemetry.scorer();
    private final TrainerMeters trainer = telemetry.trainer();
    private volatile int second;

    public static void main(String[] arguments) throws Exception {
        new Synthetic().run(Integer.parseInt(arguments[0]));
    }

    private void run(int ticksPerSecond) throws Exception {
        Console console = Console.still(ConsoleConfig.defaults(), telemetry, MARKUP, clock);
        console.showTexts();
        Duration often = Duration.ofMillis(200);
        console.show(new Section("snapshots", often, false, this::snapshots));
        console.show(new Section("rollout", often, false, this::rollout));
        console.show(new Section("answers", often, true, this::answers));
        System.out.println(console.address().orElseThrow());
        // Enough for a page to look like something; the rest waits until somebody asks.
        for (int i = 0; i < 900; i++) {
            tick(console);
        }
        System.in.read();
        long pause = TimeUnit.SECONDS.toNanos(1) / ticksPerSecond;
        while (second < EIGHT_HOURS.toSeconds()) {
            tick(console);
            if (second % 3600 == 0) {
                Runtime runtime = Runtime.getRuntime();
                System.gc();
                System.out.println("hour " + second / 3600 + ": " + (runtime.totalMemory() - runtime.freeMemory() >> 20)
                        + " MiB of heap in the process");
            }
            TimeUnit.NANOSECONDS.sleep(pause);
        }
        System.out.println("over");
        System.in.read();
    }

    private void tick(Console console) {
        second++;
        clock.now = clock.now.plus(TICK);
        double learned = Math.exp(-second / 4000.0);
        for (int i = 0; i < 12; i++) {
            producer.recordSent(i == 0, Duration.ofMillis(4));
        }
        scorer.recordScoring(Duration.ofMillis(300), 12, 1400 + second % 37 * 20, 2000);
        scorer.recordFreshness(Instant.now().minusSeconds(5));
        trainer.recordFreshness(Instant.now().minusSeconds(11));
        double noise = Math.sin(second * 12.9898) * 0.1;
        trainer.recordStep(new StepMetrics(
                second,
                Duration.ofMillis(800),
                12,
                1400 + second % 23 * 30,
                2000,
                Map.of("total", 2 + 2 * learned + noise, "cross_entropy", 0.2 + noise / 4, "sequential_logarithmic", 1.8),
                Map.of("cross_entropy", 0.3 + noise / 5, "sequential_logarithmic", 0.7 - noise / 5),
                1,
                3e-3));
        if (second % 25 == 0) {
            trainer.recordEvaluation(new EvaluationMetrics(
                    Duration.ofMillis(200), 48, 0.9 + 1.5 * learned + noise / 10, 0.398, 2, 0.5, 0.1));
        }
        if (second % 500 == 0) {
            scorer.recordDeadLetter(RejectionCode.values()[second / 500 % RejectionCode.values().length]);
        }
        console.tick();
    }

    private JsonNode snapshots() {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int newest = second / SNAPSHOT_EVERY;
        for (int i = newest; i > Math.max(0, newest - 12); i--) {
            list.addObject()
                    .put("id", i == newest ? MARKUP + WORD : i + "-" + MARKUP)
                    .put("step", i * SNAPSHOT_EVERY)
                    .put("at", clock.now.toEpochMilli())
                    .put("bitsPerByte", 1.1)
                    .put("agreement", 0.5);
        }
        return list;
    }

    private JsonNode rollout() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("phase", MARKUP).put("champion", "0-" + WORD).put("candidate", MARKUP).put("previous", "");
        node.put("percent", 5).put("kind", "share").put("step", 0).put("automatic", true).put("requests", 1);
        node.put("leastRequests", 2).put("since", 1).put("revision", 1).put("rejected", 0).put("controller", true);
        node.put("failure", MARKUP);
        node.putArray("steps").addObject().put("kind", "share").put("percent", 5).put("holdSeconds", 60);
        ArrayNode decisions = node.putArray("decisions");
        for (int i = 0; i < 3; i++) {
            decisions.addObject().put("number", i).put("input", "").put("at", 1).put("actor", MARKUP).put("verb", MARKUP)
                    .put("reason", i == 1 ? WORD : MARKUP).put("refusal", "").put("champion", "").put("candidate", MARKUP)
                    .put("before", "").put("phase", MARKUP).put("percent", 5).put("kind", "share")
                    .putObject("evidence").put("verdict", MARKUP);
        }
        return node;
    }

    private JsonNode answers() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode columns = node.putArray("snapshots");
        for (int i = 0; i < 6; i++) {
            columns.addObject().put("id", MARKUP).put("step", second / SNAPSHOT_EVERY * SNAPSHOT_EVERY + i);
        }
        ArrayNode rows = node.putArray("prompts");
        for (String prompt : new String[] {MARKUP, WORD, "One day,\na <b>bird</b>"}) {
            ArrayNode texts = rows.addObject().put("prompt", prompt).putArray("answers");
            for (int i = 0; i < 6; i++) {
                texts.add(i == 2 ? WORD : MARKUP);
            }
        }
        return node;
    }

    /** A second in each tick. */
    private static final class Moving extends Clock {

        private volatile Instant now = Instant.now();

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
