package io.stillstream.huggingface.safetensors;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A safetensors file: eight bytes of header length, a JSON header, the tensors. Tensors are mapped from the file when
 * they are asked for, in slices, so that a large model takes no heap and a tensor may have any size.
 */
public final class SafetensorsReader implements AutoCloseable {

    /** What every JVM allocates as one array. */
    private static final int MAXIMUM_ARRAY = Integer.MAX_VALUE - 8;
    /** Numbers of half precision that are widened at a time: little memory, and few calls of the operating system. */
    private static final int HALVES_AT_ONCE = 1 << 16;

    private final Path place;

    private final List<FileChannel> channels = new ArrayList<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(TensorInfo info, long begin, Dtype storedAs, Path file, FileChannel channel) {}

    private SafetensorsReader(Path place) {
        this.place = place;
    }

    /** @throws HuggingFaceException when the file is missing, truncated, or not what the format says */
    public static SafetensorsReader open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new HuggingFaceException(
                    "no such file: " + file + "; expected the model's weights in safetensors format");
        }
        return open(file, List.of(file));
    }

    /**
     * Opens the weights of a model directory as one: those of its file, or of all of its shards.
     *
     * @throws HuggingFaceException when {@link WeightFiles} finds none, one is not what the format says, or the index names a
     *     tensor that no shard has
     */
    public static SafetensorsReader ofModel(Path directory) {
        SafetensorsReader reader = open(directory, WeightFiles.of(directory));
        try {
            WeightFiles.requireIndexed(directory, reader.entries.keySet());
        } catch (HuggingFaceException e) {
            reader.close();
            throw e;
        }
        return reader;
    }

    /** The file that is read, or the directory of its shards. */
    public Path place() {
        return place;
    }

    private static SafetensorsReader open(Path place, List<Path> files) {
        SafetensorsReader reader = new SafetensorsReader(place);
        for (Path file : files) {
            try {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                reader.channels.add(channel);
                SafetensorsHeader.read(file, channel)
                        .forEach((name, tensor) -> reader.add(name, tensor, file, channel));
            } catch (IOException | RuntimeException e) {
                reader.close();
                throw e instanceof HuggingFaceException known
                        ? known
                        : new HuggingFaceException(file + " is not a safetensors file: " + e.getMessage(), e);
            }
        }
        return reader;
    }

    private void add(String name, SafetensorsHeader.Place tensor, Path file, FileChannel channel) {
        Entry before = entries.put(name, new Entry(tensor.info(), tensor.begin(), tensor.storedAs(), file, channel));
        if (before != null) {
            throw new HuggingFaceException("tensor " + ModelJson.shown(name) + " is in " + before.file() + " and in "
                    + file + "; expected it once");
        }
    }

    /** Every tensor, in the file's order. */
    public Map<String, TensorInfo> tensors() {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        entries.forEach((name, entry) -> tensors.put(name, entry.info()));
        return Collections.unmodifiableMap(tensors);
    }

    /** @throws HuggingFaceException when there is no such tensor */
    public TensorInfo tensor(String name) {
        return entry(name).info();
    }

    /**
     * The type that the model came in: the tensor's own, or what {@link WeightFiles#writeWidened} was told.
     *
     * @throws HuggingFaceException when there is no such tensor
     */
    public Dtype storedAs(String name) {
        return entry(name).storedAs();
    }

    /**
     * The numbers of a tensor, row-major, widened to float.
     *
     * @throws HuggingFaceException when there is no such tensor, it does not hold floats, or it holds more than an array does
     */
    public float[] floats(String name) {
        long elements = tensor(name).elements();
        if (elements > MAXIMUM_ARRAY) {
            throw new HuggingFaceException("tensor " + name + " in " + place + " of shape "
                    + tensor(name).shape() + " holds " + elements + " numbers; expected at most " + MAXIMUM_ARRAY
                    + ", the length of an array");
        }
        float[] values = new float[(int) elements];
        int begin = 0;
        for (float[] slice : floatSlices(name)) {
            System.arraycopy(slice, 0, values, begin, slice.length);
            begin += slice.length;
        }
        return values;
    }

    /**
     * The numbers of a tensor of any size, row-major, widened to float: those of its first slice, its second and so on. Each
     * array is read when it is asked for.
     *
     * @throws HuggingFaceException when there is no such tensor, or it does not hold floats
     */
    public Iterable<float[]> floatSlices(String name) {
        Entry entry = entry(name);
        Dtype dtype = requireFloats(entry);
        return () -> slices(entry).map(bytes -> widened(bytes, dtype)).iterator();
    }

    /**
     * Reads as many numbers of a tensor as a buffer has room for, widened to float, without memory of their size in between.
     *
     * @param first the first number's index, row-major
     * @param target filled from its position to its limit, with floats in little-endian order
     * @throws HuggingFaceException when there is no such tensor, it does not hold floats, or the file ends before them
     */
    public void readFloats(String name, long first, ByteBuffer target) {
        Entry entry = entry(name);
        Dtype dtype = requireFloats(entry);
        long place = entry.begin() + first * dtype.size();
        if (dtype == Dtype.F32) {
            readFully(entry, place, target);
            return;
        }
        FloatBuffer values = target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        ByteBuffer halves = ByteBuffer.allocate(HALVES_AT_ONCE * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            halves.clear().limit(Math.min(halves.capacity(), values.remaining() * Short.BYTES));
            place += halves.limit();
            readFully(entry, place - halves.limit(), halves);
            halves.flip();
            while (halves.hasRemaining()) {
                values.put(dtype.widened(halves.getShort()));
            }
        }
        target.position(target.limit());
    }

    private static void readFully(Entry entry, long begin, ByteBuffer target) {
        long place = begin;
        try {
            while (target.hasRemaining()) {
                int count = entry.channel().read(target, place);
                if (count < 0) {
                    throw new EOFException("the file ends at byte " + place);
                }
                place += count;
            }
        } catch (IOException e) {
            throw unreadable(entry, e);
        }
    }

    /**
     * The bytes of a tensor as they lie in the file, little-endian.
     *
     * @throws HuggingFaceException when there is no such tensor, or it has more bytes than one buffer
     */
    public ByteBuffer bytes(String name) {
        Entry entry = entry(name);
        long size = entry.info().byteSize();
        if (size > Integer.MAX_VALUE) {
            throw new HuggingFaceException("tensor " + name + " in " + entry.file() + " of shape "
                    + entry.info().shape() + " has " + size + " bytes; expected at most " + Integer.MAX_VALUE
                    + ", the size of a buffer");
        }
        return mapped(entry, new TensorSlice(0, (int) size));
    }

    /** The tensor with its bytes as they lie in the file; each slice is mapped when it is asked for. */
    public TensorData data(String name) {
        Entry entry = entry(name);
        return new TensorData(entry.info(), () -> slices(entry).iterator());
    }

    private Stream<ByteBuffer> slices(Entry entry) {
        return entry.info().slices().stream().map(slice -> mapped(entry, slice));
    }

    private ByteBuffer mapped(Entry entry, TensorSlice slice) {
        try {
            return entry.channel()
                    .map(FileChannel.MapMode.READ_ONLY, entry.begin() + slice.begin(), slice.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw unreadable(entry, e);
        }
    }

    private static Dtype requireFloats(Entry entry) {
        Dtype dtype = entry.info().dtype();
        if (!dtype.isFloat()) {
            throw new HuggingFaceException("tensor " + entry.info().name() + " in " + entry.file() + " is " + dtype
                    + "; expected F32, F16 or BF16");
        }
        return dtype;
    }

    private static HuggingFaceException unreadable(Entry entry, IOException e) {
        return new HuggingFaceException(
                "tensor " + entry.info().name() + " of " + entry.file() + " could not be read: " + e.getMessage(), e);
    }

    private static float[] widened(ByteBuffer bytes, Dtype dtype) {
        float[] values = new float[bytes.remaining() / dtype.size()];
        if (dtype == Dtype.F32) {
            bytes.asFloatBuffer().get(values);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = dtype.widened(bytes.getShort(Short.BYTES * i));
        }
        return values;
    }

    @Override
    public void close() {
        channels.forEach(SafetensorsReader::closeQuietly);
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new HuggingFaceException(place + " has no tensor " + name);
        }
        return entry;
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new HuggingFaceException("a safetensors file could not be closed", e);
        }
    }
}
