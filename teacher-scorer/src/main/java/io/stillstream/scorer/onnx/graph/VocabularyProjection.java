package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import io.stillstream.contract.file.Digests;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up probabilities of one vocabulary's V tokens in another's V' tokens: with the map f of each token w,
 * {@code mass(v) = Σ p(w) over f(w) = v}.
 *
 * <p>A token's addends are added in groups of {@value #ADDENDS}, and so are their sums, until one group is left. Each group is
 * a chain of additions of gathered columns, so that the order of additions is written in the graph: it is the same for all
 * thread counts, chunks and devices, which that of a scattered sum is not. No addition is below another more than
 * {@code (ADDENDS − 1) ⌈log n⌉} deep, so that a mass of n addends, none of which is negative, has a relative error of
 * so many fp32 roundings.
 */
public final class VocabularyProjection {

    /** The token of a map that counts for none. */
    public static final int NONE = -1;

    private static final int ADDENDS = 4;
    private static final long VOCABULARY_AXIS = 1;
    private static final int KEY_LENGTH = 16;

    private final int[] map;
    private final int size;

    /**
     * @param map f of each of the V tokens, {@value #NONE} for one that counts for none
     * @param size V'
     */
    public VocabularyProjection(int[] map, int size) {
        this.map = map.clone();
        this.size = size;
    }

    /** V'. */
    public int size() {
        return size;
    }

    /** f of each of these tokens; V', which is no token, for those that count for none. */
    public int[] ids(int[] tokens) {
        return Arrays.stream(tokens)
                .map(token -> map[token] == NONE ? size : map[token])
                .toArray();
    }

    /** Part of a file's name, different for different maps. */
    String key() {
        return size + "-" + Digests.sha256(little(map)).substring(0, KEY_LENGTH);
    }

    /**
     * Masses {@code [C, V']} of probabilities {@code [C, V]}.
     *
     * @param outer where the map's constants are kept, which a body reads by their names
     */
    String masses(OnnxGraph outer, OnnxGraph body, String probabilities) {
        // The column behind the last is 0: what groups are filled up with.
        int zero = map.length;
        int columns = zero + 1;
        String known = body.node("Pad", List.of(probabilities, body.integers(0, 0, 0, 1)));
        List<List<Integer>> addends = addends();
        for (int level = 1; addends.stream().anyMatch(each -> each.size() > ADDENDS); level++) {
            List<List<Integer>> groups = new ArrayList<>();
            for (List<Integer> each : addends) {
                if (each.size() > ADDENDS) {
                    List<Integer> sums = new ArrayList<>();
                    for (int from = 0; from < each.size(); from += ADDENDS) {
                        sums.add(columns + groups.size());
                        groups.add(List.copyOf(each.subList(from, Math.min(each.size(), from + ADDENDS))));
                    }
                    each.clear();
                    each.addAll(sums);
                }
            }
            known = body.concatenate(
                    (int) VOCABULARY_AXIS, known, sums(outer, body, known, groups, zero, "level" + level));
            columns += groups.size();
        }
        return sums(outer, body, known, addends, zero, "tokens");
    }

    /** The tokens that count for each of the V', ascending. */
    private List<List<Integer>> addends() {
        List<List<Integer>> addends = new ArrayList<>();
        for (int token = 0; token < size; token++) {
            addends.add(new ArrayList<>());
        }
        for (int token = 0; token < map.length; token++) {
            if (map[token] != NONE) {
                addends.get(map[token]).add(token);
            }
        }
        return addends;
    }

    /** The sum of each group's columns. */
    private static String sums(
            OnnxGraph outer, OnnxGraph body, String known, List<List<Integer>> groups, int zero, String name) {
        String sum = "";
        for (int place = 0; place < ADDENDS; place++) {
            int[] columns = new int[groups.size()];
            for (int group = 0; group < columns.length; group++) {
                List<Integer> each = groups.get(group);
                columns[group] = place < each.size() ? each.get(place) : zero;
            }
            String gathered = body.node(
                    "Gather",
                    List.of(known, constant(outer, name + "." + place, columns)),
                    OnnxGraph.attribute("axis", VOCABULARY_AXIS));
            sum = sum.isEmpty() ? gathered : body.node("Add", List.of(sum, gathered));
        }
        return sum;
    }

    private static String constant(OnnxGraph graph, String name, int[] numbers) {
        return graph.initializer(TensorProto.newBuilder()
                .setName(OnnxGraph.PREFIX + "projection." + name)
                .setDataType(DataType.INT32_VALUE)
                .addDims(numbers.length)
                .setRawData(ByteString.copyFrom(little(numbers))));
    }

    private static byte[] little(int[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(numbers).forEach(bytes::putInt);
        return bytes.array();
    }
}
