package io.stillstream.pipeline.gate;

import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.rollout.gate.Gate;
import io.stillstream.rollout.gate.Reason;
import io.stillstream.rollout.gate.SnapshotGate;
import io.stillstream.rollout.gate.Verdict;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.storage.DataDirectory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges snapshots of a data directory by the held-out records of a cluster that are later than what any of those compared had
 * read. For one thread.
 */
public final class GateRun implements SnapshotGate {

    private final StillstreamConfig config;
    private final SnapshotStore store;
    private final TopicReader reader;
    private @Nullable Comparison last;

    /**
     * What is kept from one look to the next.
     *
     * @param hashes of the contents of candidate, champion and best champion, where there are such
     */
    private record Comparison(List<String> hashes, HeldOutIndex index, GateLooks looks) {}

    /** @param reader of the cluster; the caller's to close */
    public GateRun(StillstreamConfig config, SnapshotStore store, TopicReader reader) {
        this.config = config;
        this.store = store;
        this.reader = reader;
    }

    /**
     * Against the rollout's champion, and the best one so far; without one, by itself. A candidate that is not there fails: the
     * trainer has removed it since, and whoever waits for it waits for good.
     */
    @Override
    public Verdict judge(SnapshotReference candidate) {
        List<Snapshot> there = store.list();
        if (there.stream().noneMatch(snapshot -> snapshot.manifest().id().equals(candidate.id()))) {
            return Verdict.of(List.of(gone(candidate)));
        }
        RolloutHistory history = RolloutHistory.read(reader, config.topics().studentRollout());
        SnapshotReference champion = history.state().champion();
        Snapshot judged = find("the candidate ", candidate.id(), there);
        Snapshot reigning = champion == null ? null : find("the champion ", champion.id(), there);
        return judge(judged, reigning, there, history, history.state().rejected());
    }

    private Reason gone(SnapshotReference candidate) {
        String detail = "there is no snapshot " + candidate.id() + " in "
                + DataDirectory.snapshots(config.trainerDirectory())
                + " any more; trainer.snapshots.keep says how many are kept";
        return new Reason("there", Reason.Outcome.NOT_OK, Double.NaN, Double.NaN, Double.NaN, 0, detail);
    }

    /**
     * What each check says, of weights that were rejected too.
     *
     * @param candidate an id, the beginning of one, or an alias
     * @param champion likewise; null for the rollout's
     * @throws PipelineException where there is no such snapshot, or no champion
     */
    public Verdict judge(String candidate, @Nullable String champion) {
        RolloutHistory history = RolloutHistory.read(reader, config.topics().studentRollout());
        List<Snapshot> there = store.list();
        Snapshot judged = find("", candidate, there);
        Snapshot reigning = champion == null
                ? find("the rollout's champion ", championOf(history), there)
                : find("", champion, there);
        if (judged.manifest().id().equals(reigning.manifest().id())) {
            throw new PipelineException(
                    "candidate and champion are both " + judged.manifest().id() + "; expected two different snapshots");
        }
        return judge(judged, reigning, there, history, Set.of());
    }

    /**
     * @param there all snapshots of the directory
     * @param hopeless content hashes that need no evaluation
     */
    private Verdict judge(
            Snapshot candidate,
            @Nullable Snapshot champion,
            List<Snapshot> there,
            RolloutHistory history,
            Set<String> hopeless) {
        Snapshot best = champion == null
                ? null
                : best(candidate, champion, there, history).orElse(null);
        List<Snapshot> snapshots = new ArrayList<>();
        for (Snapshot compared : new @Nullable Snapshot[] {candidate, champion, best}) {
            if (compared != null) {
                SnapshotStore.verify(compared);
                snapshots.add(compared);
            }
        }
        Comparison comparison = comparison(snapshots);
        HeldOutIndex index = comparison.index();
        GateSelection selection = GateSelection.later(index, config.gate());
        Optional<Verdict> known = new Gate(config.gate())
                .beforehand(
                        SnapshotEvaluator.reference(candidate),
                        selection.evidence().size(),
                        selection.conversations(),
                        hopeless)
                .or(() -> comparison.looks().standing(selection.later()));
        if (known.isPresent()) {
            return known.get();
        }
        Gate gate = new Gate(comparison.looks().next(config.gate()));
        GateRecords records = (champion == null ? selection : selection.withOlder(index, config.gate())).fetch(index);
        SnapshotEvaluator evaluator =
                new SnapshotEvaluator(config.gate(), config.trainer().batches().maxBatchTokens(), records);
        Set<String> rejected = history.state().rejected();
        Verdict verdict = champion == null
                ? gate.judge(evaluator.evaluate(candidate), rejected)
                : gate.judge(
                        evaluator.evaluate(candidate),
                        evaluator.evaluate(champion),
                        best == null ? null : evaluator.evaluate(best),
                        rejected);
        return comparison.looks().said(verdict, selection.later());
    }

    /** The one of the last time, while the same snapshots are compared. */
    private Comparison comparison(List<Snapshot> snapshots) {
        List<String> hashes = snapshots.stream()
                .map(snapshot -> SnapshotEvaluator.reference(snapshot).contentHash())
                .toList();
        Comparison last = this.last;
        if (last == null || !last.hashes().equals(hashes)) {
            Map<String, Long> begins = new HashMap<>();
            snapshots.forEach(snapshot -> snapshot.manifest()
                    .offsets()
                    .forEach((partition, next) -> begins.merge(partition, next, Math::max)));
            last = new Comparison(
                    hashes, new HeldOutIndex(reader, config.topics().teacherTargets(), begins), new GateLooks());
            this.last = last;
        }
        return last;
    }

    /** Of the former champions that are still there, where it is better than the present one. */
    private static Optional<Snapshot> best(
            Snapshot candidate, Snapshot champion, List<Snapshot> there, RolloutHistory history) {
        return there.stream()
                .filter(snapshot -> history.champions()
                                .contains(snapshot.manifest().id())
                        && !snapshot.manifest().id().equals(champion.manifest().id())
                        && !snapshot.manifest().id().equals(candidate.manifest().id()))
                .min(Comparator.comparingDouble(GateRun::heldOutLoss))
                .filter(best -> heldOutLoss(best) < heldOutLoss(champion));
    }

    /** Of the held-out set that all snapshots of a training are evaluated on. */
    private static double heldOutLoss(Snapshot snapshot) {
        return snapshot.manifest().evaluation().getOrDefault("held_out_bits_per_byte", Double.POSITIVE_INFINITY);
    }

    private static String championOf(RolloutHistory history) {
        SnapshotReference reigning = history.state().champion();
        if (reigning == null) {
            throw new PipelineException("the rollout has no champion yet; name one with --champion SNAPSHOT");
        }
        return reigning.id();
    }

    /** @param role to stand before the name in a message */
    private Snapshot find(String role, String name, List<Snapshot> there) {
        String prefix = store.named(name);
        List<Snapshot> found = there.stream()
                .filter(snapshot -> snapshot.manifest().id().startsWith(prefix))
                .toList();
        if (found.size() != 1) {
            throw new PipelineException(role + "'" + name + "' is "
                    + (found.isEmpty() ? "no snapshot" : "the beginning of " + found.size() + " snapshots") + " in "
                    + DataDirectory.snapshots(
                            config.trainerDirectory().toAbsolutePath().normalize())
                    + "; expected an id as 'stillstream snapshots' lists them");
        }
        return found.get(0);
    }
}
