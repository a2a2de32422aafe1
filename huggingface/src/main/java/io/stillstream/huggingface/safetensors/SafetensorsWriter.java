package io.stillstream.huggingface.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes safetensors files. The same tensors in the same order give the same bytes. */
public final class SafetensorsWriter {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** The header is padded with spaces so that tensors start aligned. */
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /**
     * Writes the file and forces it to the disk, replacing what was there. Each tensor's slices are asked for when it is their
     * turn.
     *
     * @param metadata strings of the header's {@code __metadata__}; transformers expects {@code format: pt}
     * @throws HuggingFaceException when the file cannot be written, or a tensor has not as many bytes as its shape asks for
     */
    public static void write(Path file, List<TensorData> tensors, Map<String, String> metadata) {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(channel, tensors, metadata);
            channel.force(true);
        } catch (IOException e) {
            throw new HuggingFaceException("could not write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes the bytes of such a file to a channel. */
    public static void write(WritableByteChannel channel, List<TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        writeFully(channel, header(tensors, metadata));
        for (TensorData tensor : tensors) {
            long size = 0;
            for (ByteBuffer slice : tensor.slices()) {
                size += slice.remaining();
                writeFully(channel, slice.duplicate());
            }
            TensorData.requireSize(tensor.info(), size);
        }
    }

    private static ByteBuffer header(List<TensorData> tensors, Map<String, String> metadata) {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            new TreeMap<>(metadata).forEach(node::put);
        }
        long offset = 0;
        for (TensorData tensor : tensors) {
            TensorInfo info = tensor.info();
            if (root.has(info.name())) {
                throw new HuggingFaceException("two tensors are named " + info.name());
            }
            ObjectNode node = root.putObject(info.name());
            node.put("dtype", info.dtype().name());
            info.shape().forEach(node.putArray("shape")::add);
            node.putArray("data_offsets").add(offset).add(offset + info.byteSize());
            offset += info.byteSize();
        }
        byte[] json;
        try {
            json = JSON.writeValueAsBytes(root);
        } catch (IOException e) {
            throw new HuggingFaceException("the safetensors header could not be written", e);
        }
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] spaced = Arrays.copyOf(json, padded);
        Arrays.fill(spaced, json.length, padded, (byte) ' ');
        return ByteBuffer.allocate(Long.BYTES + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(spaced)
                .flip();
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
