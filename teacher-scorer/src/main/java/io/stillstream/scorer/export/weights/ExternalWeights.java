package io.stillstream.scorer.export.weights;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Weights in ONNX's external data file, one after the other, each at a page boundary so that it can be mapped. */
public final class ExternalWeights implements WeightStorage {

    private static final long PAGE = 4096;

    private final String location;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * @param file to write to
     * @param location the name the model looks for beside itself
     */
    public ExternalWeights(Path file, String location) throws IOException {
        this.location = location;
        this.channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    @Override
    public void store(TensorProto.Builder tensor, float[] values, WeightType type) throws IOException {
        long offset = (channel.position() + PAGE - 1) / PAGE * PAGE;
        channel.position(offset);
        for (float value : values) {
            if (buffer.remaining() < type.bytesPerValue()) {
                drain();
            }
            type.put(value, buffer);
        }
        drain();
        tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString((long) values.length * type.bytesPerValue())));
    }

    private void drain() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
