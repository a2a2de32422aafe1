package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.rewind.QuarantineSearch;
import io.stillstream.trainer.rewind.Rewind;
import io.stillstream.trainer.rewind.TargetsTopic;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the running trainer is told, beside the rollout. */
final class RewindOptions {

    /** A trainer looks between two steps, and may be writing a checkpoint. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Option(
            names = "--quarantine",
            paramLabel = "RECORDS",
            description =
                    "What the trainer passes over from then on: since-champion, which is all that its ledger lists after the"
                            + " champion's checkpoint; tenant=NAME, one tenant's records among these; or ranges of offsets of"
                            + " teacher-targets, 0:1200-1250,1:3-9, the last one included.")
    private @Nullable String quarantine;

    @Option(
            names = "--trainer",
            paramLabel = "ID",
            description =
                    "The trainer that is meant, by the file 'id' of its directory; otherwise whichever has the champion's"
                            + " snapshot.")
    private String trainer = "";

    @Option(
            names = "--dry-run",
            description =
                    "Command nothing, and print what the trainer in --data would go back to and pass over: ranges, records,"
                            + " steps and tenants.")
    private boolean dryRun;

    boolean isDryRun() {
        return dryRun;
    }

    boolean isGiven() {
        return quarantine != null;
    }

    /** @throws PipelineException when it is none, or not given */
    RewindRequest request() {
        String words = quarantine;
        if (words == null) {
            throw new PipelineException(
                    "--quarantine is missing; expected since-champion, tenant=NAME or ranges of offsets as in 0:1200-1250");
        }
        try {
            return new RewindRequest(trainer, Quarantine.parse(words));
        } catch (ContractException e) {
            throw new PipelineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @param champion whose checkpoint would be gone back to; null without one */
    void printDryRun(
            @Nullable SnapshotReference champion,
            StillstreamConfig config,
            Map<String, Object> kafka,
            PrintWriter out) {
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
        QuarantineSearch.Found found = rewind.preview(champion.id(), request().quarantine(), topic);
        out.println("the trainer in " + directory + " would go back to " + champion.id());
        out.printf(
                Locale.ROOT,
                "%,d steps would be abandoned, %,d of them made of quarantined records%n",
                found.abandoned(),
                found.steps());
        out.printf(
                Locale.ROOT,
                "passed over from then on: %s; %,d of these records were trained on%n",
                found.ranges().isEmpty()
                        ? "nothing"
                        : found.ranges().stream().map(OffsetRange::toString).collect(Collectors.joining(", ")),
                found.records());
        rewind.tenants(found.ranges(), topic)
                .forEach((tenant, records) -> out.printf(
                        Locale.ROOT,
                        "  %s: %,d records%n",
                        tenant.isEmpty() ? "no tenant" : "tenant " + tenant,
                        records));
    }

    /** Waits for the trainer, and prints what it made of the order. */
    void printAnswer(RolloutDecision decision, StillstreamConfig config, Map<String, Object> kafka, PrintWriter out) {
        try (var reader = new RewindReader(kafka, config.topics().trainingControl())) {
            Optional<RewindAnswer> answer = await(reader, decision.number());
            if (answer.isEmpty()) {
                out.println("no trainer has answered within " + PATIENCE.toSeconds()
                        + " s; the order waits for one, and 'stillstream rollout status' shows when it has");
            } else if (answer.get().isRefused()) {
                throw new PipelineException("the trainer " + answer.get().trainer() + " did not go back: "
                        + answer.get().refusal());
            } else {
                out.println(text(answer.get()));
            }
        }
    }

    /** The answer of whoever obeyed; where nobody did, that of whoever refused. */
    private static Optional<RewindAnswer> await(RewindReader reader, long decision) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Optional<RewindAnswer> answer = Optional.empty();
        while (answer.isEmpty() && System.nanoTime() < deadline) {
            answer = reader.read().stream()
                    .filter(rewinding -> rewinding.order().decision() == decision)
                    .flatMap(rewinding -> answer(rewinding).stream())
                    .reduce((first, second) -> second);
            pause();
        }
        return answer;
    }

    private static Optional<RewindAnswer> answer(RewindReader.Rewinding rewinding) {
        return rewinding.answers().stream()
                .filter(answer -> !answer.isRefused())
                .findFirst()
                .or(() -> rewinding.answers().stream().findFirst());
    }

    /** For {@code status}. */
    static String text(RewindReader.Rewinding rewinding) {
        return rewinding.order().request().quarantine() + " by decision "
                + rewinding.order().decision() + ", "
                + answer(rewinding)
                        .map(answer -> answer.isRefused() ? "refused: " + answer.refusal() : text(answer))
                        .orElse("not answered yet");
    }

    private static String text(RewindAnswer answer) {
        return String.format(
                Locale.ROOT,
                "training goes on from %s, step %,d; %,d steps are abandoned; passed over: %s (%,d records were trained on)",
                answer.snapshot(),
                answer.step(),
                answer.abandonedSteps(),
                answer.quarantined(),
                answer.records());
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while waiting for the trainer", e);
        }
    }
}
