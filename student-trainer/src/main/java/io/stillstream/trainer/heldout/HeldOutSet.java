package io.stillstream.trainer.heldout;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The first held-out records of the stream, up to a limit: the same ones for every evaluation from then on, also after a
 * restart. They are kept with the snapshot as they lay in the topic, because the topic forgets.
 */
public final class HeldOutSet {

    private static final int VERSION = 1;
    private static final String FILE_NAME = "held-out.bin";

    private final int limit;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(TargetsRecord record, TokenizedTarget sequence) {}

    public HeldOutSet(int limit) {
        this.limit = limit;
    }

    /** Takes a record unless there are enough; one that is read again after a restart is taken once. */
    public void add(TargetsRecord record, TokenizedTarget sequence) {
        if (entries.size() < limit) {
            entries.putIfAbsent(record.coordinates(), new Entry(record, sequence));
        }
    }

    /** The same records; what is added to one is not added to the other. */
    public HeldOutSet copy() {
        var copy = new HeldOutSet(limit);
        copy.entries.putAll(entries);
        return copy;
    }

    /** Whether nothing more is taken. */
    public boolean isFull() {
        return entries.size() >= limit;
    }

    public int size() {
        return entries.size();
    }

    public List<TokenizedTarget> sequences() {
        return entries.values().stream().map(Entry::sequence).toList();
    }

    /** Where a snapshot keeps them. */
    public static Path file(Path snapshotDirectory) {
        return snapshotDirectory.resolve(Snapshot.TRAINER).resolve(FILE_NAME);
    }

    /** Writes the records as they lay in the topic, with their coordinates. */
    public void write(Path file) {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(VERSION);
            out.writeInt(entries.size());
            for (Entry entry : entries.values()) {
                byte[] value = entry.record().raw().value();
                out.writeUTF(entry.record().raw().topic());
                out.writeInt(entry.record().raw().partition());
                out.writeLong(entry.record().offset());
                out.writeInt(value.length);
                out.write(value);
            }
        } catch (IOException e) {
            throw new TrainerException("the held-out records could not be written to " + file + ": " + e, e);
        }
    }

    /** The records that {@link #write} wrote, in their order. */
    public static List<TargetsRecord> read(Path file) {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int version = in.readInt();
            if (version != VERSION) {
                throw new TrainerException("the held-out records in " + file + " are of version " + version
                        + "; this build reads version " + VERSION);
            }
            int count = in.readInt();
            List<TargetsRecord> records = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                records.add(TargetsRecord.decode(in.readUTF(), in.readInt(), in.readLong(), bytes(in)));
            }
            return records;
        } catch (IOException e) {
            throw new TrainerException("the held-out records in " + file + " cannot be read: " + e, e);
        }
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
