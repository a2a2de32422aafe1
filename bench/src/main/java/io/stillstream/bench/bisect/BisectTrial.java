package io.stillstream.bench.bisect;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.command.CommandRunner;
import io.stillstream.pipeline.command.rollout.RolloutCommand;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.loop.TrainerStage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** A champion, a candidate that was trained on planted records after it, and {@code rollout bisect} between the two. */
public final class BisectTrial {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern SUGGESTED =
            Pattern.compile("rollback --rewind --quarantine 0:(\\d+)-(\\d+)", Pattern.CASE_INSENSITIVE);

    /**
     * What is tried.
     *
     * @param before records that the champion is trained on
     * @param records that the candidate is trained on after it
     * @param planted the number of the first planted one among these
     * @param bad how many are planted
     */
    public record Plan(int before, int records, int planted, int bad, long seed) {}

    /**
     * What came of it.
     *
     * @param exit of the command
     * @param first offset of a planted record
     * @param last offset of a planted record
     * @param range the command's, as first and last offset; null where it found none
     * @param printed by the command
     */
    public record Outcome(
            int exit,
            long first,
            long last,
            @SuppressWarnings("ArrayRecordComponent") long @Nullable [] range,
            String printed) {

        /** How many of the planted records lie in the range. */
        public long found() {
            return range == null ? 0 : Math.max(0, Math.min(last, range[1]) - Math.max(first, range[0]) + 1);
        }

        /** How many offsets the range has. */
        public long width() {
            return range == null ? 0 : range[1] - range[0] + 1;
        }
    }

    private BisectTrial() {}

    /** @param student a directory, which has to be small to be done soon */
    public static Outcome run(Path student, Path directory, Plan plan, PrintWriter shown) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"))) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            Topics topics = Topics.defaults();
            new TopicCreator(kafka, PATIENCE).create(topics, 1, 1);
            Map<String, String> settings = settings(broker.bootstrapServers(), student, directory.resolve("data"));
            StillstreamConfig config = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings);
            var stream = new PlantedStream(kafka, topics.teacherTargets(), plan.seed());
            List<Long> none = stream.send(plan.before(), true, plan.before(), 0);
            Snapshot champion = train(config, kafka, none.size());
            List<Long> offsets = stream.send(plan.records(), false, plan.planted(), plan.bad());
            Snapshot candidate = train(config, kafka, offsets.size());
            shown.printf(
                    Locale.ROOT,
                    "champion %s: %.4f, candidate %s: %.4f bits per byte; planted at offsets %d to %d%n",
                    champion.manifest().id(),
                    champion.manifest().evaluation().getOrDefault("held_out_bits_per_byte", Double.NaN),
                    candidate.manifest().id(),
                    candidate.manifest().evaluation().getOrDefault("held_out_bits_per_byte", Double.NaN),
                    offsets.get(0),
                    offsets.get(offsets.size() - 1));
            shown.flush();
            return bisect(settings, champion, candidate, offsets, shown);
        }
    }

    private static Outcome bisect(
            Map<String, String> settings,
            Snapshot champion,
            Snapshot candidate,
            List<Long> offsets,
            PrintWriter shown) {
        var copy = new StringWriter();
        CommandLine command = CommandRunner.commandLine(new RolloutCommand(), () -> false);
        var out = new PrintWriter(new Doubled(copy, shown));
        command.setOut(out);
        command.setErr(out);
        List<String> arguments = new ArrayList<>(List.of(
                "bisect",
                "--from",
                champion.manifest().id(),
                "--to",
                candidate.manifest().id()));
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        int exit = command.execute(arguments.toArray(String[]::new));
        Matcher suggested = SUGGESTED.matcher(copy.toString());
        return new Outcome(
                exit,
                offsets.get(0),
                offsets.get(offsets.size() - 1),
                suggested.find()
                        ? new long[] {Long.parseLong(suggested.group(1)), Long.parseLong(suggested.group(2))}
                        : null,
                copy.toString());
    }

    private static Snapshot train(StillstreamConfig config, Map<String, Object> kafka, int planted) {
        var trainer = config.trainer();
        Path directory = config.dataDirectory().resolve(trainer.dataDirectory());
        try (Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
                TrainerStage stage = TrainerStage.open(
                        trainer.with(Map.of("dataDirectory", directory)), config.topics(), kafka, telemetry)) {
            stage.stopAtEnd();
            Snapshot last = stage.run().lastSnapshot();
            if (last == null) {
                throw new PipelineException("no step was taken on " + planted + " planted records and others");
            }
            return last;
        }
    }

    private static Map<String, String> settings(String servers, Path student, Path data) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap-servers", servers);
        settings.put("data-directory", data.toString());
        settings.put("trainer.student", student.toString());
        // The text alone: nothing of the teacher's distributions.
        settings.put("trainer.loss.multilevelot.variant", "none");
        settings.put("trainer.optimizer.learning-rate", "0.001");
        settings.put("trainer.optimizer.warmup-steps", "5");
        settings.put("trainer.batches.max-batch-tokens", "96");
        settings.put("trainer.batches.accumulate", "1");
        settings.put("trainer.evaluations.held-out-records", "64");
        settings.put("trainer.evaluations.every-steps", "0");
        settings.put("trainer.snapshots.every-steps", "0");
        settings.put("trainer.snapshots.every", "0s");
        settings.put("trainer.checkpoints.every-steps", "0");
        settings.put("trainer.checkpoints.every", "0s");
        return settings;
    }
}
