package io.stillstream.bench.fault.hostile;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.bench.fault.scorer.ScorerProcess;
import io.stillstream.bench.fault.scorer.ScorerSettings;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** A scorer and a trainer that are started again when they end by themselves, and whose memory is watched. */
final class Stages implements AutoCloseable {

    private static final String APPLICATION = "hostile-stream";
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(60);
    private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(1);

    private final ScorerProcess scorer;
    private final TrainerProcess trainer;
    private final MemorySamples memory;
    private int restarts;
    private long sampled = System.nanoTime();

    private Stages(ScorerProcess scorer, TrainerProcess trainer, MemorySamples memory) {
        this.scorer = scorer;
        this.trainer = trainer;
        this.memory = memory;
    }

    /**
     * @param partitions of {@code prompts}
     * @param scoring the scorer's directory, which exists
     * @param settings of the trainer
     * @param training the trainer's directory
     * @param out where it says what goes wrong
     */
    static Stages start(
            String servers,
            int partitions,
            Path teacher,
            Path scoring,
            Map<String, String> settings,
            Path training,
            PrintStream out) {
        Stream<String> score = Stream.of(Stillstream.class.getName(), "score");
        Stream<String> options =
                StageProcess.options(ScorerSettings.of(servers, partitions, teacher, APPLICATION, scoring));
        var scorer = new ScorerProcess(Stream.concat(score, options).toList(), scoring.resolve("scorer.log"));
        var stages = new Stages(scorer, TrainerProcess.endless(settings, training), new MemorySamples(out));
        scorer.start();
        stages.trainer.start();
        return stages;
    }

    /** Starts again what has ended, and looks at the memory from time to time. */
    void supervise() {
        if (scorer.failed()) {
            restarts++;
            scorer.start();
        }
        if (trainer.process().failed()) {
            restarts++;
            trainer.start();
        }
        if (System.nanoTime() - sampled >= SAMPLE_INTERVAL.toNanos()) {
            sampled = System.nanoTime();
            memory.add("scorer", scorer.pid());
            memory.add("trainer", trainer.process().pid());
        }
    }

    int restarts() {
        return restarts;
    }

    /** The last step in the trainer's ledger. */
    long step() {
        return trainer.files().listedStep();
    }

    Map<String, Double> memoryGrowth() {
        return memory.growth();
    }

    void stop() throws InterruptedException {
        scorer.stop(STOPS_WITHIN);
        trainer.process().stop(STOPS_WITHIN);
    }

    @Override
    public void close() {
        trainer.close();
        scorer.close();
    }
}
