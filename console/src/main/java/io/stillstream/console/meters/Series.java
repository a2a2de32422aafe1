package io.stillstream.console.meters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Curves over the whole of a run in bounded memory: where there is no room for another point, every two become one, and from
 * then on a point stands for twice as many values. For one thread.
 */
final class Series {

    private final String name;
    private final int capacity;
    private final double[] at;
    private final Map<String, double[]> columns = new LinkedHashMap<>();
    private final List<Map<String, Double>> open = new ArrayList<>();
    private int size;
    private int stride = 1;

    /** @param capacity in points, even */
    Series(String name, int capacity) {
        this.name = name;
        this.capacity = capacity;
        this.at = new double[capacity];
    }

    /**
     * Adds values, those that are finite.
     *
     * @param time in seconds, not before that of the values before
     * @return what was added, or all that there is where that is another thing; nothing where the values wait for others
     */
    Optional<ObjectNode> add(double time, Map<String, Double> values) {
        open.add(Map.copyOf(values));
        if (open.size() < stride) {
            return Optional.empty();
        }
        boolean whole = size == capacity;
        if (whole) {
            halve();
        }
        for (Map<String, Double> one : open) {
            for (String column : one.keySet()) {
                if (!columns.containsKey(column)) {
                    double[] before = new double[capacity];
                    Arrays.fill(before, Double.NaN);
                    columns.put(column, before);
                    whole = true;
                }
            }
        }
        at[size] = time;
        columns.forEach((column, points) -> points[size] = open.stream()
                .mapToDouble(one -> one.getOrDefault(column, Double.NaN))
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN));
        open.clear();
        size++;
        return Optional.of(whole ? json() : point(size - 1));
    }

    int size() {
        return size;
    }

    /** All of it. */
    ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("series", name);
        ArrayNode times = node.putArray("at");
        for (int i = 0; i < size; i++) {
            times.add(at[i]);
        }
        ObjectNode values = node.putObject("values");
        columns.forEach((column, points) -> {
            ArrayNode of = values.putArray(column);
            for (int i = 0; i < size; i++) {
                add(of, points[i]);
            }
        });
        return node;
    }

    /** One point: as all of it, with {@code added}. */
    private ObjectNode point(int i) {
        ObjectNode node =
                JsonNodeFactory.instance.objectNode().put("series", name).put("added", true);
        node.putArray("at").add(at[i]);
        ObjectNode values = node.putObject("values");
        columns.forEach((column, points) -> add(values.putArray(column), points[i]));
        return node;
    }

    private static void add(ArrayNode to, double value) {
        if (Double.isFinite(value)) {
            to.add((double) (float) value == value ? value : Math.rint(value * 1e6) / 1e6);
        } else {
            to.addNull();
        }
    }

    /** A point of two has the later time, and the mean of what there is. */
    private void halve() {
        for (int i = 0; i < capacity / 2; i++) {
            at[i] = at[2 * i + 1];
        }
        columns.values().forEach(points -> {
            for (int i = 0; i < capacity / 2; i++) {
                double first = points[2 * i];
                double second = points[2 * i + 1];
                points[i] = Double.isNaN(first) ? second : Double.isNaN(second) ? first : (first + second) / 2;
            }
        });
        size = capacity / 2;
        stride *= 2;
    }
}
