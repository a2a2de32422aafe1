package io.stillstream.pipeline.command.rollout;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.production.RewindPreview;
import io.stillstream.pipeline.production.RewindWords;
import io.stillstream.rollout.control.RewindReader;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
                    "What the trainer passes over from then on: since-champion, which is all of teacher-targets after"
                            + " the champion's checkpoint up to now; tenant=NAME, one tenant's records after the"
                            + " checkpoint, also those to come, until 'stillstream quarantine --lift'; or ranges of"
                            + " offsets of teacher-targets, 0:1200-1250,1:3-9, the last one included.")
    private @Nullable String quarantine;

    @Option(
            names = "--trainer",
            paramLabel = "ID",
            description = "The trainer that is meant, by the file 'id' of its directory; otherwise whichever has the"
                    + " champion's snapshot.")
    private String trainer = "";

    @Option(
            names = "--dry-run",
            description =
                    "Command nothing, and print what the trainer in --data would go back to and pass over: ranges,"
                            + " records, steps and tenants.")
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
                    "--quarantine is missing; expected since-champion, tenant=NAME or ranges of offsets as in"
                            + " 0:1200-1250");
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
        RewindPreview.lines(champion, request().quarantine(), config, kafka).forEach(out::println);
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
                out.println(RewindWords.text(answer.get()));
            }
        }
    }

    /** Empty where nobody answers in time. */
    private static Optional<RewindAnswer> await(RewindReader reader, long decision) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Optional<RewindAnswer> answer = Optional.empty();
        while (answer.isEmpty() && System.nanoTime() < deadline) {
            answer = reader.read().stream()
                    .filter(rewinding -> rewinding.order().decision() == decision)
                    .flatMap(rewinding -> RewindWords.answer(rewinding).stream())
                    .reduce((first, second) -> second);
            pause();
        }
        return answer;
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
