package io.stillstream.scorer.topology.processor;

import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * {@link SourceRecord}s as the buffer's changelog holds them, across upgrades.
 *
 * <p>Layout, big-endian: version (1 byte), topic, partition (4), offset (8), timestamp (8), key, value, number of headers
 * (4), name and value of each. Texts are UTF-8; texts and bytes come after four bytes of length, -1 for none.
 */
final class SourceRecordSerde {

    private static final int VERSION = 1;
    private static final int NONE = -1;

    private SourceRecordSerde() {}

    static Serde<SourceRecord> serde() {
        return Serdes.serdeFrom(
                (topic, record) -> record == null ? null : write(record),
                (topic, bytes) -> bytes == null ? null : read(bytes));
    }

    private static byte[] write(SourceRecord record) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            writeText(out, record.topic());
            out.writeInt(record.partition());
            out.writeLong(record.offset());
            out.writeLong(record.timestamp());
            writeBytes(out, record.key());
            writeBytes(out, record.value());
            Header[] headers = record.headers().toArray();
            out.writeInt(headers.length);
            for (Header header : headers) {
                writeText(out, header.key());
                writeBytes(out, header.value());
            }
        } catch (IOException e) {
            throw new ScorerException("could not put offset " + record.offset() + " into the buffer", e);
        }
        return bytes.toByteArray();
    }

    private static SourceRecord read(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new ScorerException("the buffer's changelog holds a record of version " + version
                        + "; this build reads version " + VERSION + ", so let the build that wrote it finish first");
            }
            String topic = readText(in);
            int partition = in.readInt();
            long offset = in.readLong();
            long timestamp = in.readLong();
            byte @Nullable [] key = readBytes(in);
            byte @Nullable [] value = readBytes(in);
            int count = in.readInt();
            List<Header> headers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                headers.add(new RecordHeader(readText(in), readBytes(in)));
            }
            return new SourceRecord(topic, partition, offset, timestamp, key, value, headers.toArray(Header[]::new));
        } catch (IOException e) {
            throw new ScorerException(
                    "the buffer's changelog holds " + bytes.length + " bytes that are not a record", e);
        }
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = readBytes(in);
        if (bytes == null) {
            throw new IOException("a text is missing");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void writeBytes(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
        if (bytes == null) {
            out.writeInt(NONE);
            return;
        }
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length == NONE) {
            return null;
        }
        if (length < 0 || length > in.available()) {
            throw new IOException(length + " bytes expected where " + in.available() + " are left");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
