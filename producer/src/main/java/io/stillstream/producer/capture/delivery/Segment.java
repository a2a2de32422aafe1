package io.stillstream.producer.capture.delivery;

import io.stillstream.configuration.PrivateDirectory;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of a spool: a mark, then of each record its length, its CRC-32C and its bytes. Written at its end alone. What a
 * killed process left unfinished there fails its checksum and is cut off when the file is opened again.
 */
final class Segment implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Segment.class);

    private static final String SUFFIX = ".spool";
    private static final byte[] MARK = "STSPOOL1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_BYTES = 2 * Integer.BYTES;
    private static final int DIGITS = 19;

    private final Path file;
    private final FileChannel channel;
    private final long first;
    private long count;
    private long length;

    private Segment(Path file, FileChannel channel, long first) {
        this.file = file;
        this.channel = channel;
        this.first = first;
    }

    /** A new one, whose first record has that sequence number. */
    static Segment create(Path directory, long first) throws IOException {
        Path file = directory.resolve(String.format(Locale.ROOT, "%0" + DIGITS + "d", first) + SUFFIX);
        PrivateDirectory.createFileIfAbsent(file);
        var segment = new Segment(file, open(file), first);
        segment.channel.truncate(0);
        segment.write(ByteBuffer.wrap(MARK), 0);
        segment.length = MARK.length;
        return segment;
    }

    /** One that an earlier process wrote: as far as its records are whole. */
    static Segment open(Path directory, String name) throws IOException {
        Path file = directory.resolve(name);
        var segment = new Segment(file, open(file), Long.parseLong(name.substring(0, name.length() - SUFFIX.length())));
        segment.scan();
        return segment;
    }

    static boolean isName(String name) {
        return name.matches("[0-9]{" + DIGITS + "}\\" + SUFFIX);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private void scan() throws IOException {
        ByteBuffer mark = ByteBuffer.allocate(MARK.length);
        if (channel.size() < MARK.length || !read(mark, 0).equals(ByteBuffer.wrap(MARK))) {
            return;
        }
        length = MARK.length;
        try {
            while (length < channel.size()) {
                length += HEADER_BYTES + read(length).length;
                count++;
            }
        } catch (IOException e) {
            LOG.warn(
                    "{} of {} bytes are no whole records and are left out: {}",
                    channel.size() - length,
                    file,
                    e.toString());
            channel.truncate(length);
        }
    }

    long first() {
        return first;
    }

    /** The sequence number after its last record's. */
    long end() {
        return first + count;
    }

    long count() {
        return count;
    }

    long length() {
        return length;
    }

    /** Where its first record begins. */
    long begin() {
        return MARK.length;
    }

    /** Where the record after one that begins there does. */
    static long after(long position, byte[] payload) {
        return position + HEADER_BYTES + payload.length;
    }

    /** @throws IOException when it could not be written; the segment is as before */
    void append(byte[] payload) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + payload.length)
                .putInt(payload.length)
                .putInt(checksum(payload))
                .put(payload)
                .flip();
        try {
            write(record, length);
        } catch (IOException e) {
            channel.truncate(length);
            throw e;
        }
        length += HEADER_BYTES + payload.length;
        count++;
    }

    /** @throws IOException when there is no whole record */
    byte[] read(long position) throws IOException {
        ByteBuffer header = read(ByteBuffer.allocate(HEADER_BYTES), position);
        int bytes = header.getInt();
        int checksum = header.getInt();
        if (bytes < 0 || bytes > channel.size() - position - HEADER_BYTES) {
            throw new IOException(file + " has a record of " + bytes + " bytes at " + position + ", beyond its end");
        }
        byte[] payload =
                read(ByteBuffer.allocate(bytes), position + HEADER_BYTES).array();
        if (checksum(payload) != checksum) {
            throw new IOException(file + " has a record at " + position + " that is not as its checksum says");
        }
        return payload;
    }

    void force() throws IOException {
        channel.force(false);
    }

    void delete() throws IOException {
        channel.close();
        Files.delete(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void write(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private ByteBuffer read(ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                throw new EOFException(file + " ends at " + at);
            }
            at += read;
        }
        return into.flip();
    }

    private static int checksum(byte[] payload) {
        var crc = new CRC32C();
        crc.update(payload);
        return (int) crc.getValue();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
