package io.stillstream.bench.fault.hostile;

import io.stillstream.configuration.ProcessMemory;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The resident sets of stages over time. */
final class MemorySamples {

    private final Map<String, List<Long>> resident = new TreeMap<>();
    private final PrintStream out;

    /** @param out where it says what cannot be read */
    MemorySamples(PrintStream out) {
        this.out = out;
    }

    void add(String stage, long pid) {
        try {
            resident.computeIfAbsent(stage, unused -> new ArrayList<>())
                    .add(ProcessMemory.of(pid).resident());
        } catch (IOException e) {
            out.println("the memory of the " + stage + " cannot be read: " + e);
        }
    }

    /** The largest of the last quarter as a multiple of that of the second, by stage; NaN where there are too few samples. */
    Map<String, Double> growth() {
        Map<String, Double> growth = new TreeMap<>();
        resident.forEach((stage, samples) -> growth.put(stage, growth(samples)));
        return growth;
    }

    private static double growth(List<Long> samples) {
        int quarter = samples.size() / 4;
        if (quarter == 0) {
            return Double.NaN;
        }
        return (double) largest(samples.subList(samples.size() - quarter, samples.size()))
                / largest(samples.subList(quarter, 2 * quarter));
    }

    private static long largest(List<Long> samples) {
        return samples.stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
