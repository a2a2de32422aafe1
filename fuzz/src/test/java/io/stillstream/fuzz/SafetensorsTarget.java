package io.stillstream.fuzz;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.safetensors.Dtype;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** A file of weights: its header, and every tensor that the header says is there. */
final class SafetensorsTarget implements FuzzTarget {

    /** The input is the file as it is; without it, the length of the header is put before it. */
    private static final byte AS_IT_IS = '!';

    private static final Set<Dtype> FLOATS = Set.of(Dtype.F32, Dtype.F16, Dtype.BF16);

    @Override
    public Promise promise() {
        return Promise.usual(HuggingFaceException.class);
    }

    @Override
    public void read(byte[] input) {
        boolean asItIs = input.length > 0 && input[0] == AS_IT_IS;
        byte[] file = asItIs ? input : withLength(input);
        try (SafetensorsReader reader = SafetensorsReader.open(Scratch.file("model.safetensors", file))) {
            reader.tensors().forEach((name, tensor) -> {
                if (FLOATS.contains(tensor.dtype())) {
                    Promise.require(reader.floats(name).length == tensor.elements(), "not all numbers of " + name);
                } else {
                    Promise.require(reader.bytes(name).remaining() == tensor.byteSize(), "not all bytes of " + name);
                }
            });
        }
    }

    /** The header ends with the input's last brace. */
    private static byte[] withLength(byte[] input) {
        int end = input.length;
        while (end > 0 && input[end - 1] != '}') {
            end--;
        }
        var out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(end)
                .array());
        out.writeBytes(input);
        return out.toByteArray();
    }

    @Override
    public List<byte[]> seeds() {
        return List.of("""
                {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},\
                "b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]},"c":{"dtype":"I64","shape":[0],\
                "data_offsets":[10,10]}}0123456789""".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> words() {
        return List.of(
                "\"dtype\"",
                "\"shape\"",
                "\"data_offsets\"",
                "\"F16\"",
                "\"F32\"",
                "\"BF16\"",
                "\"BOOL\"",
                "\"U8\"",
                "9223372036854775807",
                "4294967296",
                "-1",
                "\"__metadata__\"",
                "null");
    }
}
