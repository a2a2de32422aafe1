package io.stillstream.pipeline.production;

import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.rewind.QuarantineSearch;
import io.stillstream.trainer.rewind.Rewind;
import io.stillstream.trainer.rewind.TargetsTopic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What taking the trainer back would come to, before somebody commands it. */
public final class RewindPreview {

    private RewindPreview() {}

    /**
     * Writes nothing, and may be asked while the trainer runs.
     *
     * @param champion whose checkpoint would be gone back to; null without one
     * @param config names the trainer's directory
     * @param kafka client properties of the cluster that has {@code teacher-targets}
     * @return ranges, records, steps and tenants, in lines for people
     * @throws PipelineException where it would be refused
     */
    public static List<String> lines(
            @Nullable SnapshotReference champion,
            Quarantine quarantine,
            StillstreamConfig config,
            Map<String, Object> kafka) {
        if (champion == null) {
            throw new PipelineException(
                    "there is no champion then, and so no checkpoint that the trainer could be taken back to");
        }
        Path directory = config.trainerDirectory();
        if (!Files.isRegularFile(directory.resolve("ledger"))) {
            throw new PipelineException(
                    "there is no ledger in " + directory + "; name the directory that 'train' was given with --data");
        }
        var topic = new TargetsTopic(
                kafka, config.topics().teacherTargets(), config.trainer().patience());
        var rewind = new Rewind(directory);
        QuarantineSearch.Found found = rewind.preview(champion.id(), quarantine, topic);
        List<String> lines = new ArrayList<>();
        lines.add("the trainer in " + directory + " would go back to " + champion.id());
        lines.add(String.format(
                Locale.ROOT,
                "%,d steps would be abandoned, %,d of them made of quarantined records",
                found.abandoned(),
                found.steps()));
        lines.add(String.format(
                Locale.ROOT,
                "passed over from then on: %s; %,d of these records were trained on",
                passedOver(found),
                found.records()));
        rewind.tenants(found.read(), topic)
                .forEach((tenant, records) -> lines.add(String.format(
                        Locale.ROOT,
                        "  %s: %,d records",
                        tenant.isEmpty() ? "no tenant" : "tenant " + tenant,
                        records)));
        return lines;
    }

    private static String passedOver(QuarantineSearch.Found found) {
        String read = found.read().isEmpty()
                ? "nothing"
                : found.read().stream().map(OffsetRange::toString).collect(Collectors.joining(", "));
        return found.passedOver().tenants().isEmpty()
                ? read
                : found.passedOver().summary() + "; of what was read so far, " + read;
    }
}
