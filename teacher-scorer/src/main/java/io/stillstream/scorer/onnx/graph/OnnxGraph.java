package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Writes an ONNX graph operator by operator: each call adds one node and returns the name of its output. Names follow from
 * the scope and the operator, so that the same calls give the same bytes.
 */
public final class OnnxGraph {

    /** What the names of all values begin with that are added to somebody else's model, so that none is there twice. */
    public static final String PREFIX = "stillstream.";

    private static final String ITERATION = "iteration";
    private static final String CONDITION = "condition";

    /** Since this opset the axes of a reduction are an input; before, an attribute. */
    private static final int AXES_AS_INPUT = 18;

    private final GraphProto.Builder graph;
    private final int opset;
    private final String root;
    private final Map<String, Integer> nameUses = new HashMap<>();
    private final Set<String> constants = new HashSet<>();
    private String scope;

    private OnnxGraph(GraphProto.Builder graph, int opset, String root) {
        this.graph = graph;
        this.opset = opset;
        this.root = root;
        this.scope = root;
    }

    /** Begins an empty graph. */
    public static OnnxGraph create(String name, int opset) {
        return new OnnxGraph(GraphProto.newBuilder().setName(name), opset, "");
    }

    /** Appends to a graph that may hold nodes already; every name that is made begins with {@value #PREFIX}. */
    public static OnnxGraph appendTo(GraphProto.Builder graph, int opset) {
        return new OnnxGraph(graph, opset, PREFIX);
    }

    /** Puts the nodes that follow into a part of the graph, which their names begin with. */
    public void scope(String part) {
        scope = root + part + "/";
    }

    /** A copy of the graph as it is now. */
    public GraphProto build() {
        return graph.build();
    }

    /** An input of the graph; dimensions are numbers or names. */
    public String input(String name, DataType type, Object... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return name;
    }

    /** Makes a value an output of the graph under another name. */
    public void output(String name, String value, DataType type, Object... dimensions) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
        output(name, type, dimensions);
    }

    /** The same for a value whose type only the runtime knows. */
    void output(String name, String value) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
        graph.addOutput(ValueInfoProto.newBuilder().setName(name));
    }

    /** Makes a value an output of the graph under its own name. */
    public void output(String value, DataType type, Object... dimensions) {
        graph.addOutput(value(value, type, dimensions));
    }

    /** A constant that the caller names. */
    public String initializer(TensorProto.Builder tensor) {
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    public String scalar(float value) {
        return constant("constant/" + value, DataType.FLOAT, tensor -> tensor.addFloatData(value));
    }

    public String scalar(long value) {
        return constant("constant/" + value, DataType.INT64, tensor -> tensor.addInt64Data(value));
    }

    /** A list of whole numbers, as operators take axes, shapes and sizes. */
    public String integers(long... values) {
        String joined = LongStream.of(values).mapToObj(Long::toString).collect(Collectors.joining(","));
        return constant("constant/[" + joined + "]", DataType.INT64, tensor -> {
            tensor.addDims(values.length);
            LongStream.of(values).forEach(tensor::addInt64Data);
        });
    }

    private interface Content {
        void into(TensorProto.Builder tensor);
    }

    /** Each constant is stored once. */
    private String constant(String key, DataType type, Content content) {
        String name = root + key;
        if (constants.add(name)) {
            TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
            content.into(tensor);
            graph.addInitializer(tensor);
        }
        return name;
    }

    /** Adds a node of one output. */
    public String node(String operator, List<String> inputs, AttributeProto... attributes) {
        String name = unique(operator);
        add(name, operator, inputs, List.of(name), attributes);
        return name;
    }

    /** Adds a node of one output, which the caller names. */
    public String nodeNamed(String output, String operator, List<String> inputs, AttributeProto... attributes) {
        add(unique(operator), operator, inputs, List.of(output), attributes);
        return output;
    }

    /** Adds a node of several outputs. */
    public List<String> nodes(String operator, int outputs, List<String> inputs, AttributeProto... attributes) {
        String name = unique(operator);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            names.add(name + ":" + i);
        }
        add(name, operator, inputs, names, attributes);
        return names;
    }

    private void add(
            String name, String operator, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setName(name)
                .setOpType(operator)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(Arrays.asList(attributes)));
    }

    private String unique(String operator) {
        String name = scope + operator;
        int uses = nameUses.merge(name, 1, Integer::sum);
        return uses == 1 ? name : name + "_" + uses;
    }

    /** Adds a node of the model again, between other values; its output has a name of its own. */
    String copy(NodeProto node, List<String> inputs) {
        String name = unique(node.getOpType());
        graph.addNode(node.toBuilder()
                .setName(name)
                .clearInput()
                .addAllInput(inputs)
                .clearOutput()
                .addOutput(name));
        return name;
    }

    public String cast(String value, DataType type) {
        return node("Cast", List.of(value), attribute("to", type.getNumber()));
    }

    public String concatenate(int axis, String... parts) {
        return node("Concat", List.of(parts), attribute("axis", axis));
    }

    public String reshape(String value, long... shape) {
        return node("Reshape", List.of(value, integers(shape)));
    }

    public String transpose(String value, long... permutation) {
        return node("Transpose", List.of(value), attributes("perm", permutation));
    }

    /** Divides a tensor along an axis into parts of these sizes. */
    public List<String> split(String value, int axis, long... sizes) {
        return nodes("Split", sizes.length, List.of(value, integers(sizes)), attribute("axis", axis));
    }

    /** One dimension of a tensor, as a scalar. */
    public String size(String value, int dimension) {
        String shape = node("Shape", List.of(value), attribute("start", dimension), attribute("end", dimension + 1L));
        return node("Squeeze", List.of(shape));
    }

    /** A reduction of one axis, which stays with size 1. */
    String reduce(String operator, String input, long axis) {
        return opset >= AXES_AS_INPUT
                ? node(operator, List.of(input, integers(axis)))
                : node(operator, List.of(input), attributes("axes", axis));
    }

    /**
     * The body of a loop, to be filled and then given to {@link #loop}. It reads this graph's values by their names.
     *
     * @param name part of the names of its values, different for each loop
     * @param carried values that each iteration takes from the one before
     */
    OnnxGraph loopBody(String name, List<String> carried, DataType type) {
        GraphProto.Builder body = GraphProto.newBuilder().setName(PREFIX + name);
        OnnxGraph graphOfBody = new OnnxGraph(body, opset, PREFIX + name + ".");
        body.addInput(value(graphOfBody.root + ITERATION, DataType.INT64));
        body.addInput(value(graphOfBody.root + CONDITION, DataType.BOOL));
        carried.forEach(each -> body.addInput(unshaped(each, type)));
        return graphOfBody;
    }

    /** Of a loop's body: the number of its iteration, from 0. */
    String iteration() {
        return root + ITERATION;
    }

    /**
     * Runs a body so many times.
     *
     * @param trips a scalar
     * @param initial of the carried values
     * @param carried what an iteration passes to the next one
     * @param scanned the outputs of each iteration, of the same shape in all
     * @return the carried values of the last iteration, then the scanned ones, stacked along a new first axis
     */
    List<String> loop(String trips, OnnxGraph body, List<String> initial, List<String> carried, List<String> scanned) {
        List<String> outputs = new ArrayList<>();
        outputs.add(body.node("Identity", List.of(body.root + CONDITION)));
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

    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    public static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    private static AttributeProto attributes(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        LongStream.of(values).forEach(attribute::addInts);
        return attribute.build();
    }

    /** A value of a shape that only the runtime knows. */
    static ValueInfoProto unshaped(String name, DataType type) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
                .build();
    }

    /** A value of a graph; dimensions are numbers or names. */
    public static ValueInfoProto value(String name, DataType type, Object... dimensions) {
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
