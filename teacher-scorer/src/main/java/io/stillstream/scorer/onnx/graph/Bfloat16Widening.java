package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes a bfloat16 model one of fp32, which takes in every bfloat16 exactly: ONNX Runtime has no bfloat16 operators for the
 * CPU. Its weights take twice the memory.
 */
final class Bfloat16Widening {

    private static final int NARROW = DataType.BFLOAT16_VALUE;
    private static final int WIDE = DataType.FLOAT_VALUE;

    /** What the runtime loads as one file, less the graph itself. */
    private static final long MOST_BYTES = 2_000_000_000L;

    /** Attributes that name a type, by number. */
    private static final Set<String> TYPE_ATTRIBUTES = Set.of("to", "dtype", "output_dtype");

    private final Path file;
    private long bytes;

    private Bfloat16Widening(Path file) {
        this.file = file;
    }

    /** Whether anything in the graph is bfloat16. */
    static boolean isNarrow(GraphProto graph) {
        return graph.getInitializerList().stream().anyMatch(tensor -> tensor.getDataType() == NARROW)
                || graph.getInputList().stream().anyMatch(Bfloat16Widening::isNarrow)
                || graph.getOutputList().stream().anyMatch(Bfloat16Widening::isNarrow);
    }

    private static boolean isNarrow(ValueInfoProto value) {
        return value.getType().getTensorType().getElemType() == NARROW;
    }

    /**
     * @param file of the model, beside which its external data lies
     * @throws ScorerException when the fp32 weights would not fit into one file
     */
    static ModelProto of(ModelProto model, Path file) {
        ModelProto.Builder builder = model.toBuilder();
        new Bfloat16Widening(file).widen(builder.getGraphBuilder());
        return builder.build();
    }

    private void widen(GraphProto.Builder graph) {
        graph.getInitializerBuilderList().forEach(this::widen);
        graph.getInputBuilderList().forEach(Bfloat16Widening::widen);
        graph.getOutputBuilderList().forEach(Bfloat16Widening::widen);
        graph.clearValueInfo();
        graph.getNodeBuilderList().forEach(this::widen);
    }

    private static void widen(ValueInfoProto.Builder value) {
        if (value.getType().getTensorType().getElemType() == NARROW) {
            value.getTypeBuilder().getTensorTypeBuilder().setElemType(WIDE);
        }
    }

    private void widen(NodeProto.Builder node) {
        for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
            if (attribute.hasT()) {
                widen(attribute.getTBuilder());
            }
            if (attribute.hasG()) {
                widen(attribute.getGBuilder());
            }
            attribute.getGraphsBuilderList().forEach(this::widen);
            if (TYPE_ATTRIBUTES.contains(attribute.getName()) && attribute.getI() == NARROW) {
                attribute.setI(WIDE);
            }
        }
    }

    private void widen(TensorProto.Builder tensor) {
        if (tensor.getDataType() != NARROW) {
            return;
        }
        ByteBuffer narrow = bits(tensor);
        ByteBuffer wide = ByteBuffer.allocate(2 * narrow.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        bytes += wide.remaining();
        if (bytes > MOST_BYTES) {
            throw new ScorerException(file + " has more than " + MOST_BYTES / 2 / (1 << 20)
                    + " MiB of bfloat16 weights, which the CPU cannot run; export it in fp32 with external data,"
                    + " or use device: cuda:0");
        }
        while (narrow.hasRemaining()) {
            // A bfloat16 is the upper half of an fp32.
            wide.putInt(narrow.getShort() << 16);
        }
        tensor.setDataType(WIDE)
                .clearInt32Data()
                .clearExternalData()
                .clearDataLocation()
                .setRawData(ByteString.copyFrom(wide.flip()));
    }

    private ByteBuffer bits(TensorProto.Builder tensor) {
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return external(tensor);
        }
        if (tensor.hasRawData()) {
            return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer bits =
                ByteBuffer.allocate(Short.BYTES * tensor.getInt32DataCount()).order(ByteOrder.LITTLE_ENDIAN);
        tensor.getInt32DataList().forEach(number -> bits.putShort(number.shortValue()));
        return bits.flip();
    }

    private ByteBuffer external(TensorProto.Builder tensor) {
        Map<String, String> data = tensor.getExternalDataList().stream()
                .collect(Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
        Path path = file.resolveSibling(data.getOrDefault("location", ""));
        try (FileChannel channel = FileChannel.open(path)) {
            long offset = Long.parseLong(data.getOrDefault("offset", "0"));
            long length = data.containsKey("length") ? Long.parseLong(data.get("length")) : channel.size() - offset;
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException | NumberFormatException e) {
            throw new ScorerException(
                    "could not read " + tensor.getName() + " from " + path + ": " + e.getMessage(), e);
        }
    }
}
