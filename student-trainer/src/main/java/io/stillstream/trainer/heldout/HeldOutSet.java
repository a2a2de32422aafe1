package io.stillstream.trainer.heldout;

import io.stillstream.contract.rejection.Outcome;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The first held-out records of the stream, up to a limit: the same ones for every evaluation from then on, also after a
 * restart. They are stored with the snapshot byte for byte as they lay in the topic, because the topic deletes old records.
 */
public final class HeldOutSet {

    /** The file in a snapshot's trainer directory that stores them. */
    public static final String FILE_NAME = "held-out.bin";

    private static final int VERSION = 1;

    private final int limit;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<Entry> buffered = new ArrayList<>();

    private record Entry(TargetsRecord record, TokenizedTarget target) {}

    public HeldOutSet(int limit) {
        this.limit = limit;
    }

    /** Adds a record unless the set is full; one that is read again after a restart is added once. */
    public void add(TargetsRecord record, TokenizedTarget target) {
        add(new Entry(record, target));
    }

    /**
     * Buffers a record until {@link #addBuffered}: what was read since the last step belongs to the next one, and is read
     * again by whoever continues from the last.
     */
    public void buffer(TargetsRecord record, TokenizedTarget target) {
        if (entries.size() < limit) {
            buffered.add(new Entry(record, target));
        }
    }

    /** Adds what was buffered. */
    public void addBuffered() {
        buffered.forEach(this::add);
        buffered.clear();
    }

    /** Adds the records of a file that {@link #write} wrote. */
    public void restore(Path file, ExampleTokenizer tokenizer) {
        for (TargetsRecord record : read(file)) {
            if (tokenizer.tokenize(record.targets()) instanceof Outcome.Accepted<TokenizedTarget> accepted) {
                add(record, accepted.value());
            }
        }
    }

    private void add(Entry entry) {
        if (entries.size() < limit) {
            entries.putIfAbsent(entry.record().coordinates(), entry);
        }
    }

    /** The same records, without those that are buffered; what is added to one is not added to the other. */
    public HeldOutSet copy() {
        var copy = new HeldOutSet(limit);
        copy.entries.putAll(entries);
        return copy;
    }

    public int size() {
        return entries.size();
    }

    public List<TokenizedTarget> sequences() {
        return entries.values().stream().map(Entry::target).toList();
    }

    /** The conversation of each of {@link #sequences}. */
    public List<String> conversations() {
        return entries.values().stream()
                .map(entry -> entry.record().targets().conversationId())
                .toList();
    }

    /** Writes the records as they lay in the topic, with their coordinates. */
    public void write(OutputStream stream) throws IOException {
        var out = new DataOutputStream(new BufferedOutputStream(stream));
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
        out.flush();
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
