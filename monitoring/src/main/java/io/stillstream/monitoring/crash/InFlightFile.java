package io.stillstream.monitoring.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records that one thread is processing, in a file that is mapped into memory: a mark costs as much as writing to
 * memory, and outlives the process, however that ends, because the pages belong to the operating system. A power cut may
 * lose it. For one thread at a time.
 *
 * <p>Layout, big-endian: number of records (4 bytes), length of the topic (4), topic in UTF-8, then partition (4) and offset
 * (8) of each record. The number is written last and cleared first, so what it counts is always there.
 */
final class InFlightFile {

    private static final Logger LOG = LoggerFactory.getLogger(InFlightFile.class);

    private static final int HEADER = 2 * Integer.BYTES;
    private static final int ENTRY = Integer.BYTES + Long.BYTES;
    private static final int FIRST_CAPACITY = 64;

    private final Path file;
    private final byte[] topic;
    private MappedByteBuffer mapped;
    private int capacity;

    private InFlightFile(Path file, byte[] topic, int capacity) throws IOException {
        this.file = file;
        this.topic = topic;
        this.capacity = capacity;
        this.mapped = map();
    }

    /** An empty file, in the place of any that is there. */
    static InFlightFile create(Path file, String topic) throws IOException {
        return new InFlightFile(file, topic.getBytes(StandardCharsets.UTF_8), FIRST_CAPACITY);
    }

    /** What a process that died has left in the file; nothing where it is of another topic or damaged. */
    static List<PartitionOffset> read(Path file, String topic) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (bytes.remaining() < HEADER) {
            return List.of();
        }
        int count = bytes.getInt();
        int length = bytes.getInt();
        if (count == 0) {
            return List.of();
        }
        if (count < 0 || length < 0 || length + (long) count * ENTRY > bytes.remaining()) {
            LOG.warn("{} is damaged: what it counts is not there; nothing is taken from it", file);
            return List.of();
        }
        byte[] name = new byte[length];
        bytes.get(name);
        List<PartitionOffset> records = new ArrayList<>();
        if (new String(name, StandardCharsets.UTF_8).equals(topic)) {
            for (int i = 0; i < count; i++) {
                records.add(new PartitionOffset(bytes.getInt(), bytes.getLong()));
            }
        }
        return records;
    }

    void mark(List<PartitionOffset> records) throws IOException {
        clear();
        if (records.size() > capacity) {
            capacity = records.size();
            mapped = map();
        }
        int at = HEADER + topic.length;
        for (PartitionOffset record : records) {
            mapped.putInt(at, record.partition());
            mapped.putLong(at + Integer.BYTES, record.offset());
            at += ENTRY;
        }
        mapped.putInt(0, records.size());
    }

    void clear() {
        mapped.putInt(0, 0);
    }

    /** Its bytes are written before they are mapped: a mapped page for which the disk has no room would kill the process. */
    private MappedByteBuffer map() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + topic.length + capacity * ENTRY);
        bytes.putInt(Integer.BYTES, topic.length);
        bytes.put(HEADER, topic);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes.capacity());
        }
    }
}
