package io.stillstream.huggingface.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file. As the format has it, the tensors fill the bytes after the header: none lies in another
 * or beyond the end, and no byte belongs to none.
 */
final class SafetensorsHeader {

    /** The format's own limit. */
    private static final long MAXIMUM_SIZE = 100_000_000;

    /** "version ", with which a pointer of Git LFS begins, as a length. */
    private static final long LFS_POINTER = 0x20_6e_6f_69_73_72_65_76L;

    /** In the metadata: a JSON object, as text, of tensors' names and types. */
    static final String STORED_AS = "stillstream.stored_as";

    private static final String METADATA = "__metadata__";

    private final Path file;
    /** Where the tensors begin and end in the file. */
    private final long dataBegin;

    private final long dataEnd;

    /**
     * @param begin in the file
     * @param storedAs see {@link SafetensorsReader#storedAs}
     */
    record Place(TensorInfo info, long begin, Dtype storedAs) {

        private long end() {
            return begin + info.byteSize();
        }
    }

    private SafetensorsHeader(Path file, long dataBegin, long dataEnd) {
        this.file = file;
        this.dataBegin = dataBegin;
        this.dataEnd = dataEnd;
    }

    /**
     * Every tensor, in the header's order.
     *
     * @throws HuggingFaceException when the file is not what the format says
     */
    static Map<String, Place> read(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, length, 0);
        long headerSize = length.getLong(0);
        if (headerSize == LFS_POINTER) {
            throw new HuggingFaceException(
                    file + " is a pointer of Git LFS and not the weights themselves; 'git lfs pull'" + " fetches them");
        }
        if (headerSize < 2 || headerSize > MAXIMUM_SIZE || headerSize > size - Long.BYTES) {
            throw new HuggingFaceException(file + " is not a safetensors file: its header claims "
                    + Long.toUnsignedString(headerSize) + " bytes of a file of " + size);
        }
        ByteBuffer header = ByteBuffer.allocate((int) headerSize);
        readFully(channel, header, Long.BYTES);
        JsonNode fields = ModelJson.parse(header.array(), "the header of " + file);
        if (!fields.isObject()) {
            throw new HuggingFaceException(
                    "the header of " + file + " is " + ModelJson.shown(fields) + "; expected an object");
        }
        return new SafetensorsHeader(file, Long.BYTES + headerSize, size).places(fields);
    }

    private Map<String, Place> places(JsonNode fields) {
        Map<String, Place> places = new LinkedHashMap<>();
        JsonNode types = storedTypes(fields.path(METADATA).path(STORED_AS));
        fields.properties().forEach(field -> {
            if (!field.getKey().equals(METADATA)) {
                places.put(field.getKey(), place(field.getKey(), field.getValue(), types));
            }
        });
        requireFilled(places);
        return places;
    }

    private Place place(String name, JsonNode node, JsonNode types) {
        TensorInfo info = info(name, node);
        List<Long> offsets = numbers(name, node, "data_offsets");
        long available = dataEnd - dataBegin;
        boolean fits = offsets.size() == 2
                && offsets.get(0) >= 0
                && offsets.get(1) <= available
                && offsets.get(1) - offsets.get(0) == info.byteSize();
        if (!fits) {
            throw wrong(
                    name,
                    "has the data_offsets " + offsets + " and " + info.byteSize()
                            + " bytes; expected two that are so far apart, of at most " + available);
        }
        return new Place(
                info, dataBegin + offsets.get(0), types.has(name) ? dtype(name, types.path(name)) : info.dtype());
    }

    private TensorInfo info(String name, JsonNode node) {
        Dtype dtype = dtype(name, node.path("dtype"));
        List<Long> shape = numbers(name, node, "shape");
        try {
            return new TensorInfo(name, dtype, shape);
        } catch (HuggingFaceException e) {
            throw new HuggingFaceException(file + ": " + e.getMessage(), e);
        }
    }

    private JsonNode storedTypes(JsonNode text) {
        JsonNode types = text.isTextual()
                ? ModelJson.parse(
                        text.textValue().getBytes(StandardCharsets.UTF_8), STORED_AS + " in the header of " + file)
                : text;
        if (!types.isMissingNode() && !types.isObject()) {
            throw new HuggingFaceException("the header of " + file + " has the " + STORED_AS + " "
                    + ModelJson.shown(text) + "; expected an object");
        }
        return types;
    }

    private Dtype dtype(String name, JsonNode dtype) {
        try {
            return Dtype.valueOf(dtype.asText());
        } catch (IllegalArgumentException e) {
            throw wrong(
                    name, "has the dtype " + ModelJson.shown(dtype) + "; expected one of " + List.of(Dtype.values()));
        }
    }

    private List<Long> numbers(String name, JsonNode node, String field) {
        JsonNode list = node.path(field);
        if (!list.isArray()) {
            throw wrong(name, "has the " + field + " " + ModelJson.shown(list) + "; expected a list");
        }
        List<Long> numbers = new ArrayList<>();
        for (JsonNode number : list) {
            if (!number.isIntegralNumber() || !number.canConvertToLong()) {
                throw wrong(
                        name,
                        "has " + ModelJson.shown(number) + " in its " + field + "; expected whole numbers below 2^63");
            }
            numbers.add(number.longValue());
        }
        return numbers;
    }

    private void requireFilled(Map<String, Place> places) {
        List<Place> inOrder = places.values().stream()
                .sorted(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end))
                .toList();
        long end = dataBegin;
        String before = "the header";
        for (Place place : inOrder) {
            if (place.begin() != end) {
                throw wrong(
                        place.info().name(),
                        "begins at byte " + place.begin() + ", but " + before + " ends at byte " + end
                                + "; expected no tensor in another, and no gap");
            }
            end = place.end();
            before = ModelJson.shown(place.info().name());
        }
        if (end != dataEnd) {
            throw new HuggingFaceException("the tensors of " + file + " end at byte " + end + " of " + dataEnd
                    + "; expected them to fill the file");
        }
    }

    private HuggingFaceException wrong(String name, String what) {
        return new HuggingFaceException("tensor " + ModelJson.shown(name) + " in " + file + " " + what);
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, position + buffer.position());
            if (read < 0) {
                throw new IOException("the file ends at byte " + channel.size());
            }
        }
    }
}
