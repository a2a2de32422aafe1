package io.stillstream.scorer.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Writes an ONNX graph operator by operator: each call adds one node and returns its output. Names follow from the
 * scope and the operator, so that the same calls give the same bytes.
 */
final class GraphBuilder {

    private final GraphProto.Builder graph;
    private final WeightStorage weights;
    private final WeightType weightType;
    private final List<NodeProto> nodes = new ArrayList<>();
    private final Map<String, Value> constants = new HashMap<>();
    private final Map<String, Integer> nameUses = new HashMap<>();
    private final Map<String, String> outputNames = new HashMap<>();
    private String scope = "";

    GraphBuilder(String name, WeightStorage weights, WeightType weightType) {
        this.graph = GraphProto.newBuilder().setName(name);
        this.weights = weights;
        this.weightType = weightType;
    }

    /** Prefixes the names of the nodes that follow. */
    void scope(String scope) {
        this.scope = scope;
    }

    Value input(String name, DataType type, TensorShapeProto.Dimension... shape) {
        graph.addInput(valueInfo(name, type, shape));
        return new Value(name);
    }

    /** Makes the value, a node's output, an output of the graph under that name. */
    void output(String name, Value value, DataType type, TensorShapeProto.Dimension... shape) {
        graph.addOutput(valueInfo(name, type, shape));
        outputNames.put(value.name(), name);
    }

    static TensorShapeProto.Dimension dynamic(String name) {
        return TensorShapeProto.Dimension.newBuilder().setDimParam(name).build();
    }

    static TensorShapeProto.Dimension fixed(long size) {
        return TensorShapeProto.Dimension.newBuilder().setDimValue(size).build();
    }

    /** A weight matrix, stored as the options ask and always single precision where it is used. */
    Value weight(String name, float[] values, long... shape) throws IOException {
        requireHolds(weightType, name, values);
        TensorProto.Builder tensor = tensor(name, weightType.dataType(), shape);
        weights.store(tensor, values, weightType);
        graph.addInitializer(tensor);
        Value stored = new Value(name);
        return weightType == WeightType.FP32 ? stored : apply("Cast", List.of(cast(DataType.FLOAT)), stored);
    }

    /** A vector, always stored in the model file and in single precision. */
    Value vector(String name, float[] values) {
        requireHolds(WeightType.FP32, name, values);
        TensorProto.Builder tensor = tensor(name, DataType.FLOAT, values.length);
        new InlineWeights().store(tensor, values, WeightType.FP32);
        graph.addInitializer(tensor);
        return new Value(name);
    }

    private static void requireHolds(WeightType type, String name, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!type.canHold(values[i])) {
                throw new ScorerException(
                        "tensor " + name + " holds " + values[i] + " at " + i + ", which cannot be stored as " + type);
            }
        }
    }

    Value scalar(float value) {
        return constants.computeIfAbsent("constant/" + value, name -> {
            graph.addInitializer(tensor(name, DataType.FLOAT).addFloatData(value));
            return new Value(name);
        });
    }

    Value scalar(long value) {
        return constants.computeIfAbsent("constant/" + value, name -> {
            graph.addInitializer(tensor(name, DataType.INT64).addInt64Data(value));
            return new Value(name);
        });
    }

    /** A list of whole numbers, as operators take axes, shapes and sizes. */
    Value integers(long... values) {
        String joined = LongStream.of(values).mapToObj(Long::toString).collect(Collectors.joining(","));
        return constants.computeIfAbsent("constant/[" + joined + "]", name -> {
            TensorProto.Builder tensor = tensor(name, DataType.INT64, values.length);
            LongStream.of(values).forEach(tensor::addInt64Data);
            graph.addInitializer(tensor);
            return new Value(name);
        });
    }

    Value apply(String operator, Value... inputs) {
        return apply(operator, List.of(), inputs);
    }

    Value apply(String operator, List<AttributeProto> attributes, Value... inputs) {
        return apply(operator, 1, attributes, inputs).get(0);
    }

    /** Cuts a tensor along an axis into parts of these sizes. */
    List<Value> split(Value value, int axis, long... sizes) {
        return apply("Split", sizes.length, List.of(attribute("axis", axis)), value, integers(sizes));
    }

    Value reshape(Value value, long... shape) {
        return apply("Reshape", value, integers(shape));
    }

    Value transpose(Value value, long... permutation) {
        return apply("Transpose", List.of(attribute("perm", permutation)), value);
    }

    Value concatenate(int axis, Value... parts) {
        return apply("Concat", List.of(attribute("axis", axis)), parts);
    }

    Value convert(Value value, DataType type) {
        return apply("Cast", List.of(cast(type)), value);
    }

    /** One dimension of a tensor, as a scalar. */
    Value size(Value value, int dimension) {
        Value shape = apply("Shape", List.of(attribute("start", dimension), attribute("end", dimension + 1)), value);
        return apply("Squeeze", shape);
    }

    static AttributeProto attribute(String name, int value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    private static AttributeProto attribute(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        LongStream.of(values).forEach(attribute::addInts);
        return attribute.build();
    }

    private static AttributeProto cast(DataType type) {
        return attribute("to", type.getNumber());
    }

    private List<Value> apply(String operator, int outputs, List<AttributeProto> attributes, Value... inputs) {
        String name = unique(scope + "/" + operator);
        List<Value> values = new ArrayList<>();
        NodeProto.Builder node =
                NodeProto.newBuilder().setName(name).setOpType(operator).addAllAttribute(attributes);
        for (Value input : inputs) {
            node.addInput(input.name());
        }
        for (int i = 0; i < outputs; i++) {
            Value value = new Value(outputs == 1 ? name : name + ":" + i);
            node.addOutput(value.name());
            values.add(value);
        }
        nodes.add(node.build());
        return values;
    }

    private String unique(String name) {
        int uses = nameUses.merge(name, 1, Integer::sum);
        return uses == 1 ? name : name + "_" + uses;
    }

    private static TensorProto.Builder tensor(String name, DataType type, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        LongStream.of(shape).forEach(tensor::addDims);
        return tensor;
    }

    private static ValueInfoProto valueInfo(String name, DataType type, TensorShapeProto.Dimension... shape) {
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(TensorShapeProto.newBuilder().addAllDim(List.of(shape)))
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    /** The graph, its outputs under the names they were given. */
    GraphProto build() {
        UnaryOperator<String> rename = name -> outputNames.getOrDefault(name, name);
        for (NodeProto node : nodes) {
            graph.addNode(node.toBuilder()
                    .clearInput()
                    .addAllInput(node.getInputList().stream().map(rename).toList())
                    .clearOutput()
                    .addAllOutput(node.getOutputList().stream().map(rename).toList()));
        }
        return graph.build();
    }
}
