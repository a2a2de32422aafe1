package io.stillstream.scorer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Appends nodes to a graph. Every value it makes is named under {@value #PREFIX}, so that none meets the model's own. */
final class GraphEditor {

    static final String PREFIX = "stillstream.";

    /** Since this opset the axes of a reduction are an input; before, an attribute. */
    private static final int AXES_AS_INPUT = 18;

    private final GraphProto.Builder graph;
    private final int opset;
    private int values;

    GraphEditor(GraphProto.Builder graph, int opset) {
        this.graph = graph;
        this.opset = opset;
    }

    /** An input of the graph; dimensions are numbers or names. */
    String input(String name, TensorProto.DataType type, Object... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return name;
    }

    /** Makes a value an output of the graph under a name. */
    void output(String name, String value, TensorProto.DataType type, Object... dimensions) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
        graph.addOutput(value(name, type, dimensions));
    }

    String integers(long... numbers) {
        String name = next("constant");
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addDims(numbers.length);
        Arrays.stream(numbers).forEach(tensor::addInt64Data);
        graph.addInitializer(tensor);
        return name;
    }

    String number(float number) {
        String name = next("constant");
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addDims(1)
                .addFloatData(number));
        return name;
    }

    /** A node of one output, which is returned. */
    String node(String operator, List<String> inputs, AttributeProto... attributes) {
        return nodes(operator, 1, inputs, attributes).get(0);
    }

    /** A node of several outputs. */
    List<String> nodes(String operator, int outputs, List<String> inputs, AttributeProto... attributes) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            names.add(next(operator));
        }
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(names.get(0) + ".node")
                .addAllInput(inputs)
                .addAllOutput(names)
                .addAllAttribute(Arrays.asList(attributes)));
        return names;
    }

    /** A reduction of one axis, which stays with size 1. */
    String reduce(String operator, String input, long axis) {
        if (opset >= AXES_AS_INPUT) {
            return node(operator, List.of(input, integers(axis)));
        }
        AttributeProto axes = AttributeProto.newBuilder()
                .setName("axes")
                .setType(AttributeProto.AttributeType.INTS)
                .addInts(axis)
                .build();
        return node(operator, List.of(input), axes);
    }

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private String next(String what) {
        return PREFIX + what.toLowerCase(Locale.ROOT) + "." + values++;
    }

    static ValueInfoProto value(String name, TensorProto.DataType type, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            shape.addDim(
                    dimension instanceof Number size
                            ? TensorShapeProto.Dimension.newBuilder().setDimValue(size.longValue())
                            : TensorShapeProto.Dimension.newBuilder().setDimParam(dimension.toString()));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }
}
