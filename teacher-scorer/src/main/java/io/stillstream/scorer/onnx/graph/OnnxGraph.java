package io.stillstream.scorer.onnx.graph;

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
public final class OnnxGraph {

    public static final String PREFIX = "stillstream.";

    private static final String ITERATION = "iteration";
    private static final String CONDITION = "condition";

    /** Since this opset the axes of a reduction are an input; before, an attribute. */
    private static final int AXES_AS_INPUT = 18;

    private final GraphProto.Builder graph;
    private final int opset;
    private final String scope;
    private int values;

    public OnnxGraph(GraphProto.Builder graph, int opset) {
        this(graph, opset, PREFIX);
    }

    private OnnxGraph(GraphProto.Builder graph, int opset, String scope) {
        this.graph = graph;
        this.opset = opset;
        this.scope = scope;
    }

    /**
     * The body of a loop, to be filled and then given to {@link #loop}. It reads this graph's values by their names.
     *
     * @param name tells its values from those of other loops
     * @param carried values that each iteration takes from the one before
     */
    OnnxGraph loopBody(String name, List<String> carried, TensorProto.DataType type) {
        GraphProto.Builder body = GraphProto.newBuilder().setName(PREFIX + name);
        OnnxGraph editor = new OnnxGraph(body, opset, PREFIX + name + ".");
        body.addInput(value(editor.scope + ITERATION, TensorProto.DataType.INT64));
        body.addInput(value(editor.scope + CONDITION, TensorProto.DataType.BOOL));
        carried.forEach(each -> body.addInput(unshaped(each, type)));
        return editor;
    }

    /** Of a loop's body: the number of its iteration, from 0. */
    String iteration() {
        return scope + ITERATION;
    }

    /**
     * Runs a body so many times.
     *
     * @param trips a scalar
     * @param initial of the carried values
     * @param carried what an iteration hands to the next one
     * @param scanned what each iteration puts out, of one shape in all
     * @return the carried values of the last iteration, then the scanned ones, stacked along a new first axis
     */
    List<String> loop(String trips, OnnxGraph body, List<String> initial, List<String> carried, List<String> scanned) {
        List<String> outputs = new ArrayList<>();
        outputs.add(body.node("Identity", List.of(body.scope + CONDITION)));
        outputs.addAll(carried);
        outputs.addAll(scanned);
        outputs.forEach(each -> body.graph.addOutput(ValueInfoProto.newBuilder().setName(each)));
        List<String> inputs = new ArrayList<>(List.of(trips, ""));
        inputs.addAll(initial);
        AttributeProto attribute = AttributeProto.newBuilder()
                .setName("body")
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(body.graph)
                .build();
        return nodes("Loop", outputs.size() - 1, inputs, attribute);
    }

    /** Adds a node of the model again, between other values; its outputs have names of their own. */
    String copy(NodeProto node, List<String> inputs) {
        String output = next(node.getOpType());
        graph.addNode(node.toBuilder()
                .setName(output + ".node")
                .clearInput()
                .addAllInput(inputs)
                .clearOutput()
                .addOutput(output));
        return output;
    }

    /** An input of the graph; dimensions are numbers or names. */
    public String input(String name, TensorProto.DataType type, Object... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return name;
    }

    /** Makes a value an output of the graph under a name. */
    public void output(String name, String value, TensorProto.DataType type, Object... dimensions) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
        graph.addOutput(value(name, type, dimensions));
    }

    /** The same for a value whose type only the runtime knows. */
    public void output(String name, String value) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
        graph.addOutput(ValueInfoProto.newBuilder().setName(name));
    }

    /** A tensor of no dimensions. */
    String integer(long number) {
        String name = next("constant");
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addInt64Data(number));
        return name;
    }

    public String integers(long... numbers) {
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
    public String node(String operator, List<String> inputs, AttributeProto... attributes) {
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

    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private String next(String what) {
        return scope + what.toLowerCase(Locale.ROOT) + "." + values++;
    }

    /** A value of a shape that only the runtime knows. */
    static ValueInfoProto unshaped(String name, TensorProto.DataType type) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
                .build();
    }

    public static ValueInfoProto value(String name, TensorProto.DataType type, Object... dimensions) {
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
