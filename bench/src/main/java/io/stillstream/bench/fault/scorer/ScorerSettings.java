package io.stillstream.bench.fault.scorer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settings of a run's scorers, the same for each but for the directory. */
public final class ScorerSettings {

    /**
     * Far shorter than what a user has by default, so that the runs in which a transaction has to time out and partitions
     * change hands fit into minutes. It moves when things happen, not what a transaction covers.
     */
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);

    private static final Duration WORST_BATCH = Duration.ofSeconds(2);

    private ScorerSettings() {}

    /**
     * As {@code --set} takes them.
     *
     * @param partitions of {@code prompts}
     * @param application the scorers' id, by which they share the work
     * @param data of this scorer alone
     */
    public static Map<String, String> of(String servers, int partitions, Path teacher, String application, Path data) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("kafka.bootstrap-servers", servers);
        settings.put("kafka.partitions", Integer.toString(partitions));
        settings.put("data-directory", data.toString());
        settings.put("monitoring.port", "0");
        settings.put("teacher.directory", teacher.toString());
        settings.put("teacher.threads", "1");
        settings.put("scorer.application-id", application);
        settings.put("scorer.worst-batch", WORST_BATCH.toSeconds() + "s");
        settings.put("scorer.session-timeout", SESSION_TIMEOUT.toSeconds() + "s");
        // A prompt that happens to be in the teacher at several kills is not what killed the scorer.
        settings.put("scorer.max-deaths", "0");
        return settings;
    }
}
