package io.stillstream.rollout.control;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.rollout.RolloutException;
import io.stillstream.rollout.state.Decided;
import io.stillstream.rollout.state.RebuiltState;
import io.stillstream.rollout.state.RolloutEvent;
import io.stillstream.rollout.state.RolloutMachine;
import io.stillstream.rollout.state.RolloutOutcome.Transition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@code student-rollout} readable again where somebody else wrote to it: the state is rebuilt from the decisions, what
 * was to be delivered and cannot be read is removed. A candidate whose state was lost is aborted, as nobody knows its steps.
 */
public final class RolloutRepair {

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final Function<String, SnapshotReference> named;
    private final Clock clock;

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param named the snapshot with an id, as it was published
     */
    public RolloutRepair(
            Map<String, Object> kafka, Topics topics, Function<String, SnapshotReference> named, Clock clock) {
        this.kafka = Map.copyOf(kafka);
        this.topics = topics;
        this.named = named;
        this.clock = clock;
    }

    /**
     * Repairs what cannot be read, in one transaction; a controller that runs ends.
     *
     * @param actor in the history, where a candidate is aborted
     * @return what was done, a line each; none where all could be read
     * @throws RolloutException where a decision is not as it was written, which nothing can mend
     */
    public List<String> run(String actor) {
        RolloutClients clients = new RolloutClients(kafka);
        try (RolloutWriter writer = new RolloutWriter(clients.transactionalProducer(topics.studentRollout()), topics)) {
            writer.begin();
            List<String> done = new ArrayList<>();
            Map<String, byte @Nullable []> repaired = new LinkedHashMap<>();
            SortedMap<String, byte[]> decisions = new TreeMap<>();
            Map<String, byte[]> others = read(decisions);
            boolean lost = false;
            for (Map.Entry<String, byte[]> record : others.entrySet()) {
                String key = record.getKey();
                try {
                    RolloutReader.check(key, record.getValue());
                } catch (ContractException e) {
                    if (key.equals(RolloutKeys.STATE)) {
                        lost = true;
                        done.add("rebuilt '" + key + "' from " + decisions.size() + " decisions: " + e.getMessage());
                    } else {
                        repaired.put(key, null);
                        done.add("removed '" + key + "': " + e.getMessage());
                    }
                }
            }
            if (!decisions.isEmpty() && !others.containsKey(RolloutKeys.STATE)) {
                lost = true;
                done.add("rebuilt '" + RolloutKeys.STATE + "', which was missing, from " + decisions.size()
                        + " decisions");
            }
            if (lost) {
                rebuild(List.copyOf(decisions.values()), actor, clients, repaired, done);
            }
            if (!repaired.isEmpty()) {
                writer.repaired(repaired);
            }
            return done;
        }
    }

    private void rebuild(
            List<byte[]> decisions,
            String actor,
            RolloutClients clients,
            Map<String, byte @Nullable []> repaired,
            List<String> done) {
        // Inputs that were obeyed must not be obeyed again, and where the last of them was only the lost state knew.
        long inputs = clients.ends(topics.rolloutInputs()).getOrDefault(0, 0L);
        RolloutState state = RebuiltState.of(decisions, inputs, named);
        SnapshotReference candidate = state.candidate();
        if (candidate == null) {
            repaired.put(RolloutKeys.STATE, RolloutStateCodec.encode(state));
            return;
        }
        var cause = new Decided.Cause(
                "", actor, "the state was lost, and with it the steps", Map.of(), 0, inputs, clock.instant());
        if (RolloutMachine.apply(state, new RolloutEvent.Abort(), clock.instant()) instanceof Transition aborted) {
            RolloutWriter.records(Decided.transition(state, aborted, RolloutVerb.ABORT, cause), List.of())
                    .forEach(repaired::put);
            done.add("aborted the candidate " + candidate.id());
        }
    }

    /** All records but the decisions, by key. */
    private Map<String, byte[]> read(Map<String, byte[]> decisions) {
        Map<String, byte[]> others = new LinkedHashMap<>();
        try (PartitionReader records = new PartitionReader(kafka, topics.studentRollout())) {
            records.read(found -> {
                if (found.key() == null) {
                    return;
                }
                String key = RolloutKeys.text(found.key());
                Map<String, byte[]> kept = RolloutKeys.isDecision(key) ? decisions : others;
                if (found.value() == null) {
                    kept.remove(key);
                } else {
                    kept.put(key, found.value());
                }
            });
        }
        return others;
    }
}
