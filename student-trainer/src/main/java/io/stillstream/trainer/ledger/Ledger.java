package io.stillstream.trainer.ledger;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of a data directory, read once and then appended to. An entry is with the operating system when {@link
 * #append} returns: a killed process loses none. {@link #force} writes them to the disk. Appending is safe from any thread.
 */
public final class Ledger implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    private final DataDirectory data;
    private final LedgerFile file;
    private final FileChannel channel;
    private HashChain chain;
    private final Lineage lineage;
    private final Map<String, Set<String>> manifests;
    /** By the id of an order the end of the line that obeyed it. */
    private final Map<String, Long> orders;

    private final List<LedgerEntry.Started> starts;
    private volatile PassedOver passedOver;
    private LedgerPosition position;
    private boolean broken;

    private Ledger(
            DataDirectory data,
            LedgerFile file,
            FileChannel channel,
            LedgerFile.End end,
            Lineage lineage,
            PassedOver passedOver,
            Map<String, Set<String>> manifests,
            Map<String, Long> orders,
            List<LedgerEntry.Started> starts) {
        this.manifests = manifests;
        this.orders = orders;
        this.starts = starts;
        this.data = data;
        this.file = file;
        this.channel = channel;
        this.chain = end.chain();
        this.position = end.end();
        this.lineage = lineage;
        this.passedOver = passedOver;
    }

    /**
     * Checks the whole file, and removes an unfinished last line, as a kill leaves it.
     *
     * @throws TrainerException when a line was changed, or the file cannot be written to
     */
    public static Ledger open(DataDirectory data) {
        LedgerFile file = LedgerFile.in(data.root());
        var lineage = new Lineage();
        PassedOver[] passedOver = {PassedOver.nothing()};
        Map<String, Set<String>> manifests = new ConcurrentHashMap<>();
        Map<String, Long> orders = new ConcurrentHashMap<>();
        List<LedgerEntry.Started> starts = new CopyOnWriteArrayList<>();
        LedgerFile.End end = file.scan((entry, position) -> {
            if (entry instanceof LedgerEntry.Saved saved) {
                note(saved, manifests);
            }
            if (entry instanceof LedgerEntry.Rewound rewound) {
                lineage.rewound(position.bytes(), rewound.bytes());
                orders.put(rewound.order(), position.bytes());
            }
            if (entry instanceof LedgerEntry.Started started) {
                starts.add(started);
            }
            passedOver[0] = after(entry, passedOver[0]);
        });
        try {
            FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (end.tornBytes() > 0) {
                LOG.warn(
                        "the ledger {} ends in {} bytes of a line that was not finished, as a kill or a power cut"
                                + " leaves it; no step was taken that it lists, and the file is truncated to {} bytes",
                        file.path(),
                        end.tornBytes(),
                        end.end().bytes());
                channel.truncate(end.end().bytes());
            }
            channel.position(end.end().bytes());
            return new Ledger(data, file, channel, end, lineage, passedOver[0], manifests, orders, starts);
        } catch (IOException e) {
            throw new TrainerException("the ledger " + file.path() + " cannot be written to: " + e, e);
        }
    }

    /**
     * Adds an entry.
     *
     * @return the position after it
     * @throws TrainerException when it cannot be written or is not the file that was opened, or a newer trainer has opened the data
     *     directory
     */
    public synchronized LedgerPosition append(LedgerEntry entry) {
        data.requireCurrent();
        if (broken) {
            throw new TrainerException("the ledger " + file.path() + " ends in a line that could not be written whole");
        }
        requireWhole();
        byte[] text = LedgerCodec.encode(entry);
        HashChain next = chain.copy();
        ByteBuffer line = ByteBuffer.wrap(LedgerFile.line(text, next.add(text)));
        long end = position.bytes() + line.remaining();
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            cutOff(e);
            throw new TrainerException(
                    "the ledger " + file.path() + " could not be appended to (" + e
                            + "), and no step is taken that it does not list; make room and start again",
                    e);
        }
        chain = next;
        position = new LedgerPosition(end, chain.checksum());
        if (entry instanceof LedgerEntry.Saved saved) {
            note(saved, manifests);
        }
        if (entry instanceof LedgerEntry.Rewound rewound) {
            lineage.rewound(end, rewound.bytes());
            orders.put(rewound.order(), end);
        }
        if (entry instanceof LedgerEntry.Started started) {
            starts.add(started);
        }
        passedOver = after(entry, passedOver);
        return position;
    }

    /** A file that was removed or replaced takes lines for as long as it is open, and the next start does not find them. */
    private void requireWhole() {
        String found;
        try {
            long size = Files.size(file.path());
            if (size == position.bytes()) {
                return;
            }
            found = "has " + size + " bytes";
        } catch (IOException e) {
            found = "cannot be looked at (" + e + ")";
        }
        throw new TrainerException("the ledger " + file.path() + " " + found + "; expected the " + position.bytes()
                + " bytes that this trainer has read and written: something else removed or changed it. Training stops;"
                + " restore the file, or start over from a snapshot in a new data directory");
    }

    private static void note(LedgerEntry.Saved saved, Map<String, Set<String>> manifests) {
        manifests
                .computeIfAbsent(saved.kind() + " " + saved.id(), unused -> ConcurrentHashMap.newKeySet())
                .add(saved.manifest());
    }

    /** Whoever appends next must not do so behind half a line. */
    private void cutOff(IOException reason) {
        try {
            channel.truncate(position.bytes());
        } catch (IOException e) {
            broken = true;
            reason.addSuppressed(e);
        }
    }

    /** Forces everything that was appended to the disk. Safe from any thread. */
    public void force() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw new TrainerException("the ledger " + file.path() + " could not be forced to the disk: " + e, e);
        }
    }

    public synchronized LedgerPosition position() {
        return position;
    }

    public Lineage lineage() {
        return lineage;
    }

    /**
     * Whether a manifest is one that the ledger lists, or the ledger says nothing of it.
     *
     * @param kind {@code checkpoint} or {@code snapshot}
     * @param manifest its sha256
     */
    public boolean agreesWith(String kind, String id, String manifest) {
        Set<String> listed = manifests.get(kind + " " + id);
        return listed == null || listed.contains(manifest);
    }

    /** What rewinds have quarantined. */
    public PassedOver passedOver() {
        return passedOver;
    }

    /** What is quarantined after an entry. */
    static PassedOver after(LedgerEntry entry, PassedOver before) {
        if (entry instanceof LedgerEntry.Rewound rewound) {
            return rewound.passedOver();
        }
        return entry instanceof LedgerEntry.Lifted lifted ? before.lifted(lifted.tenant(), lifted.ends()) : before;
    }

    /**
     * A rewind that an order asked for.
     *
     * @param abandonedSteps that training had until then, and no longer afterwards
     * @param added what is quarantined since, and was not before
     */
    public record Obeyed(LedgerEntry.Rewound rewound, long abandonedSteps, PassedOver added) {}

    /** The rewind that this order asked for, by reading the ledger once; empty where none is listed, which is known without. */
    public Optional<Obeyed> obeyed(String order) {
        Long at = orders.get(order);
        if (at == null) {
            return Optional.empty();
        }
        Lineage before = lineage.until(at - 1);
        Lineage after = lineage.until(at);
        long[] abandoned = {0};
        PassedOver[] quarantined = {PassedOver.nothing()};
        List<Obeyed> found = new ArrayList<>();
        file.scan((entry, end) -> {
            if (end.bytes() == at && entry instanceof LedgerEntry.Rewound rewound) {
                found.add(new Obeyed(rewound, abandoned[0], rewound.passedOver().without(quarantined[0])));
            } else if (entry instanceof LedgerEntry.Stepped && before.holds(end.bytes()) && !after.holds(end.bytes())) {
                abandoned[0]++;
            }
            quarantined[0] = after(entry, quarantined[0]);
        });
        return found.stream().findFirst();
    }

    /** The steps of the training that goes on. */
    public LiveSteps liveSteps() {
        return new LiveSteps(file, lineage);
    }

    /** A step that is listed, and the position after its line. */
    public record Listed(LedgerEntry.Stepped step, LedgerPosition end) {}

    /**
     * The steps after a checkpoint, without those of abandoned branches.
     *
     * @param from the checkpoint's position; {@link LedgerPosition#BEGINNING} for all
     * @throws TrainerException when this is not the ledger that the checkpoint was written with
     */
    public List<Listed> stepsAfter(LedgerPosition from) {
        List<Listed> steps = new ArrayList<>();
        boolean[] found = {from.equals(LedgerPosition.BEGINNING)};
        file.scan((entry, end) -> {
            found[0] |= end.equals(from);
            if (entry instanceof LedgerEntry.Stepped stepped
                    && end.bytes() > from.bytes()
                    && lineage.holds(end.bytes())) {
                steps.add(new Listed(stepped, end));
            }
        });
        if (!found[0]) {
            throw new TrainerException("the ledger " + file.path() + " of " + position.bytes()
                    + " bytes is not the one that the checkpoint was written with, which has a line that ends at byte "
                    + from.bytes() + " and the checksum " + from.checksum()
                    + " there; restore the file, or start over from a snapshot in a new data directory");
        }
        return steps;
    }

    /**
     * What offsets held that the topic may have deleted, where all of them are known not to be trained on. That there is no record
     * is so on every branch; what else is not trained on, on the branch that goes on.
     *
     * @return runs of just these offsets, in their order; empty where one of them is not known
     */
    public Optional<List<DispositionRun>> passed(TopicPartition partition, long first, long last) {
        List<DispositionRun> known = new ArrayList<>();
        file.scan((entry, end) -> {
            for (DispositionRun run : runs(entry, partition.topic())) {
                if (run.partition() == partition.partition()
                        && run.last() >= first
                        && run.first() <= last
                        && isPassed(run.disposition(), lineage.holds(end.bytes()))) {
                    known.add(run);
                }
            }
        });
        known.sort(Comparator.comparingLong(DispositionRun::first));
        List<DispositionRun> passed = new ArrayList<>();
        long next = first;
        for (DispositionRun run : known) {
            if (run.first() <= next && run.last() >= next && next <= last) {
                long end = Math.min(run.last(), last);
                passed.add(new DispositionRun(run.disposition(), run.partition(), next, end));
                next = end + 1;
            }
        }
        return next > last ? Optional.of(passed) : Optional.empty();
    }

    private static List<DispositionRun> runs(LedgerEntry entry, String topic) {
        if (entry instanceof LedgerEntry.Stepped stepped && stepped.topic().equals(topic)) {
            return stepped.runs();
        }
        return entry instanceof LedgerEntry.Passed passed && passed.topic().equals(topic) ? passed.runs() : List.of();
    }

    private static boolean isPassed(Disposition disposition, boolean live) {
        return disposition == Disposition.NO_RECORD
                || (live && (disposition == Disposition.SKIPPED || disposition == Disposition.DELETED));
    }

    /** Each time that a trainer began to read, the first one first. */
    public List<LedgerEntry.Started> starts() {
        return List.copyOf(starts);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new TrainerException("the ledger " + file.path() + " could not be closed: " + e, e);
        }
    }
}
