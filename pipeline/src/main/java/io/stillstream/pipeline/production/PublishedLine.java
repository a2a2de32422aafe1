package io.stillstream.pipeline.production;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.Topics;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.rollout.control.AutomaticStart;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.rollout.control.RewindReader.Rewinding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Which published snapshots are of the training that goes on. A trainer that was taken back, by hand too, publishes the snapshot
 * that it goes on from again, so that those between are of training that it has left; its answer to an order says so before.
 */
final class PublishedLine implements Supplier<AutomaticStart.Published>, AutoCloseable {

    private final Supplier<List<SnapshotManifest>> published;
    private final Supplier<List<Rewinding>> rewinds;
    private final Runnable closing;
    private int snapshotsBefore;
    private List<Rewinding> rewindingsBefore = List.of();
    private AutomaticStart.Published line = of(List.of(), rewindingsBefore);

    /**
     * @param published all of them, in order; later ones are added, and none is removed
     * @param rewinds all that was ordered
     * @param closing closes both
     */
    PublishedLine(Supplier<List<SnapshotManifest>> published, Supplier<List<Rewinding>> rewinds, Runnable closing) {
        this.published = published;
        this.rewinds = rewinds;
        this.closing = closing;
    }

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    static PublishedLine open(Map<String, Object> kafka, Topics topics) {
        var published = new SnapshotFollower(kafka, topics.studentSnapshots());
        var rewinds = new RewindReader(kafka, topics.trainingControl());
        return new PublishedLine(published, rewinds::read, () -> {
            rewinds.close();
            published.close();
        });
    }

    /** What is published by now. For one thread. */
    @Override
    public AutomaticStart.Published get() {
        List<SnapshotManifest> snapshots = published.get();
        // What was ordered is read last: it may be about what is published already.
        List<Rewinding> rewindings = rewinds.get();
        // Asked some times a second, of snapshots that nobody removes from their topic: ledgers are checked by them.
        if (snapshots.size() != snapshotsBefore || !rewindings.equals(rewindingsBefore)) {
            snapshotsBefore = snapshots.size();
            rewindingsBefore = rewindings;
            line = of(snapshots, rewindings);
        }
        return line;
    }

    @Override
    public void close() {
        closing.run();
    }

    /**
     * @param published all of them, in the order of {@code student-snapshots}
     * @param rewindings all that was ordered
     * @return nothing to be started while an order is not answered: its trainer may be about to leave what is newest
     */
    static AutomaticStart.Published of(List<SnapshotManifest> published, List<Rewinding> rewindings) {
        Map<String, SnapshotManifest> line = new LinkedHashMap<>();
        Set<String> abandoned = new TreeSet<>();
        for (SnapshotManifest manifest : published) {
            SnapshotManifest before = line.remove(manifest.id());
            if (before != null) {
                leave(line, later -> isAfter(later, before), abandoned);
            }
            line.put(manifest.id(), manifest);
            abandoned.remove(manifest.id());
        }
        rewindings.stream()
                .flatMap(rewinding -> rewinding.answers().stream())
                .filter(answer -> !answer.isRefused())
                .forEach(answer -> leave(line, later -> isLeftBy(later, answer), abandoned));
        boolean open =
                rewindings.stream().anyMatch(rewinding -> rewinding.answers().isEmpty());
        return new AutomaticStart.Published(
                open
                        ? List.of()
                        : line.values().stream()
                                .map(PublishedSnapshots::reference)
                                .toList(),
                abandoned);
    }

    private static void leave(
            Map<String, SnapshotManifest> line, Predicate<SnapshotManifest> left, Set<String> abandoned) {
        List<String> ids =
                line.values().stream().filter(left).map(SnapshotManifest::id).toList();
        ids.forEach(line::remove);
        abandoned.addAll(ids);
    }

    /** Of one ledger, which only grows; that of another trainer may be shorter, and is none of this. */
    private static boolean isAfter(SnapshotManifest later, SnapshotManifest goneBackTo) {
        return later.writer().ledgerBytes() > goneBackTo.writer().ledgerBytes();
    }

    /** By the trainer's clock: it answers between the last step of what it leaves and the first of what follows. */
    private static boolean isLeftBy(SnapshotManifest snapshot, RewindAnswer answer) {
        return snapshot.step() > answer.step() && snapshot.createdAt().isBefore(answer.at());
    }
}
