package io.stillstream.producer.capture.delivery;

import io.stillstream.contract.rejection.RejectionCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record for Kafka: a prompt, or a dead letter. Holds nothing that must not be written.
 *
 * @param key null for a dead letter
 * @param heldOut whether it is a prompt that is kept from training
 * @param rejected why it is a dead letter; null for a prompt
 */
public record Outgoing(
        String topic,
        @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] key,
        @SuppressWarnings("ArrayRecordComponent") byte[] value,
        Map<String, byte[]> headers,
        boolean heldOut,
        @Nullable RejectionCode rejected) {

    /** Beside its bytes: objects and the queue's own. */
    private static final int OVERHEAD_BYTES = 256;

    private static final int MOST_HEADERS = 64;

    public static Outgoing prompt(String topic, byte[] key, byte[] value, boolean heldOut) {
        return new Outgoing(topic, key, value, Map.of(), heldOut, null);
    }

    public static Outgoing letter(String topic, byte[] value, Map<String, byte[]> headers, RejectionCode rejected) {
        return new Outgoing(topic, null, value, headers, false, rejected);
    }

    /** What it takes of memory, about. */
    long bytes() {
        long bytes = OVERHEAD_BYTES + (long) value.length + (key == null ? 0 : key.length);
        for (Map.Entry<String, byte[]> header : headers.entrySet()) {
            bytes += header.getKey().length() + header.getValue().length;
        }
        return bytes;
    }

    byte[] encode() {
        var bytes = new ByteArrayOutputStream(value.length + OVERHEAD_BYTES);
        try (var out = new DataOutputStream(bytes)) {
            out.writeUTF(topic);
            out.writeBoolean(heldOut);
            out.writeUTF(rejected == null ? "" : rejected.label());
            out.writeBoolean(key != null);
            if (key != null) {
                write(out, key);
            }
            out.writeByte(headers.size());
            for (Map.Entry<String, byte[]> header : headers.entrySet()) {
                out.writeUTF(header.getKey());
                write(out, header.getValue());
            }
            write(out, value);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /** @throws IOException when the bytes are not what {@link #encode} writes */
    static Outgoing decode(byte[] bytes) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            String topic = in.readUTF();
            boolean heldOut = in.readBoolean();
            String code = in.readUTF();
            byte @Nullable [] key = in.readBoolean() ? read(in) : null;
            int count = in.readUnsignedByte();
            if (count > MOST_HEADERS) {
                throw new IOException("a spooled record has " + count + " headers; expected at most " + MOST_HEADERS);
            }
            Map<String, byte[]> headers = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                headers.put(in.readUTF(), read(in));
            }
            byte[] value = read(in);
            return new Outgoing(topic, key, value, headers, heldOut, code.isEmpty() ? null : RejectionCode.parse(code));
        }
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] read(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException(
                    "a spooled record says that " + length + " bytes follow where " + in.available() + " do");
        }
        return in.readNBytes(length);
    }
}
