package io.stillstream.pipeline.console;

import io.stillstream.console.Console;
import io.stillstream.console.Section;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.RewindPreview;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** What a process's console shows beside its meters, from when its cluster is open until it is closed. */
public final class ConsoleSections implements AutoCloseable {

    private static final Duration OFTEN = Duration.ofMillis(500);
    private static final Duration SELDOM = Duration.ofSeconds(2);

    private final RolloutSection rollout;
    private final RolloutClicks clicks;
    private final AnswersSection answers;

    private ConsoleSections(RolloutSection rollout, RolloutClicks clicks, AnswersSection answers) {
        this.rollout = rollout;
        this.clicks = clicks;
        this.answers = answers;
    }

    /**
     * Shows them.
     *
     * @param bootstrapServers of the cluster that has the rollout's topics
     * @param commands whether the process lets its console command the rollout; a stage alone does not
     */
    public static ConsoleSections show(
            Console console, StillstreamConfig config, String bootstrapServers, boolean commands) {
        Map<String, Object> kafka = config.kafka().clientProperties(bootstrapServers);
        Path trainer = config.trainerDirectory();
        SnapshotsSection snapshots = new SnapshotsSection(trainer, Clock.systemUTC());
        RolloutSection rollout = new RolloutSection(kafka, config.topics());
        RolloutClicks clicks = new RolloutClicks(
                kafka,
                config.topics().rolloutInputs(),
                snapshots::reference,
                rollout::state,
                (champion, quarantine) -> RewindPreview.lines(champion, quarantine, config, kafka));
        AnswersSection answers = new AnswersSection(snapshots::directories);
        console.show(new Section("rollout", OFTEN, false, () -> rollout.read(clicks.failure())));
        if (commands) {
            console.command(clicks);
            // It names tenants.
            console.show(new Section("rewind", OFTEN, true, clicks::previewed));
        }
        console.show(new Section("snapshots", SELDOM, false, () -> snapshots.read(rollout.champion())));
        console.compareWith(() -> snapshots.bitsPerByte(rollout.champion()));
        console.show(new Section("answers", SELDOM, true, answers::read));
        if (config.kafka().embedded()) {
            // Every user of this machine can read its topics.
            console.showTexts();
        }
        return new ConsoleSections(rollout, clicks, answers);
    }

    @Override
    public void close() {
        clicks.close();
        rollout.close();
        answers.close();
    }
}
