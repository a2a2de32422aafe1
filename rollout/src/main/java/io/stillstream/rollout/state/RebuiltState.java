package io.stillstream.rollout.state;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The state that decisions lead to, where the record of it is lost: champion, the one before, what was rejected, and the place in
 * the history. Of a candidate it has the step that it is in, and not those that were to follow, which no decision tells.
 */
public final class RebuiltState {

    private RebuiltState() {}

    /**
     * @param records the decisions' bytes, in the order of their numbers
     * @param inputs the offset of the next input to be read
     * @param named the snapshot with an id
     * @throws ContractException where a decision is not as it was written, or a snapshot cannot be named
     */
    public static RolloutState of(List<byte[]> records, long inputs, Function<String, SnapshotReference> named) {
        List<String> problems = RolloutHistory.problems(records);
        if (!problems.isEmpty()) {
            throw new ContractException(
                    "the state cannot be rebuilt from the decisions: " + String.join("; ", problems));
        }
        String previous = "";
        Set<String> rejected = new LinkedHashSet<>();
        RolloutState initial = RolloutState.initial();
        RolloutPoint point = initial.point();
        var since = initial.since();
        String head = initial.head();
        long revision = 0;
        for (byte[] bytes : records) {
            RolloutDecision decision = RolloutDecisionCodec.decode(bytes);
            head = RolloutDecisionCodec.hash(decision);
            if (decision.isRefused()) {
                continue;
            }
            revision++;
            boolean rejects = decision.verb() == RolloutVerb.ROLLBACK || decision.verb() == RolloutVerb.DEGRADE;
            if (rejects) {
                RolloutPoint from = decision.from();
                String gone = from.candidate().isEmpty() ? from.champion() : from.candidate();
                rejected.add(named.apply(gone).contentHash());
            }
            if (!decision.to().champion().equals(point.champion())) {
                previous = rejects ? "" : point.champion();
            }
            if (!previous.isEmpty() && rejected.contains(named.apply(previous).contentHash())) {
                previous = "";
            }
            point = decision.to();
            since = decision.at();
        }
        @Nullable SnapshotReference candidate = reference(point.candidate(), named);
        return new RolloutState(
                revision,
                point.phase(),
                reference(point.champion(), named),
                reference(previous, named),
                candidate,
                candidate == null ? List.of() : steps(point),
                point.step(),
                false,
                0,
                0,
                since,
                rejected,
                inputs,
                records.size(),
                head);
    }

    private static List<RolloutStep> steps(RolloutPoint point) {
        var step = new RolloutStep(point.kind(), point.buckets(), Duration.ZERO);
        return Collections.nCopies(point.step() + 1, step);
    }

    private static @Nullable SnapshotReference reference(String id, Function<String, SnapshotReference> named) {
        return id.isEmpty() ? null : named.apply(id);
    }
}
