package io.stillstream.bench.wire;

import io.stillstream.contract.TeacherTargets;
import io.stillstream.pipeline.PipelineException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;

/**
 * Lays records out in several ways and has Kafka's own code compress them in batches, as a producer does.
 *
 * <p>The numbers are those that the topic's version 2 kept: their coarser tail is in every layout, and the others would take
 * more with the numbers as the teacher gave them.
 */
public final class LayoutBench {

    private final List<TeacherTargets> records;
    private final int batchBytes;
    private final Consumer<String> progress;

    /** @param batchBytes of a batch before compression, as a producer's {@code batch.size} */
    public LayoutBench(List<TeacherTargets> records, int batchBytes, Consumer<String> progress) {
        this.records = List.copyOf(records);
        this.batchBytes = batchBytes;
        this.progress = progress;
    }

    /** A row for each layout at each level; the first pass over a layout, which compiles it, is not counted. */
    public List<LayoutCost> costs(List<Integer> levels) {
        List<LayoutCost> costs = new ArrayList<>();
        for (Layout layout : Layout.values()) {
            progress.accept("laying out: " + layout.label());
            cost(layout, levels.get(0));
            levels.forEach(level -> costs.add(cost(layout, level)));
        }
        return costs;
    }

    private LayoutCost cost(Layout layout, int level) {
        Compression compression = Compression.zstd().level(level).build();
        long started = System.nanoTime();
        List<MemoryRecords> batches = new ArrayList<>();
        List<SimpleRecord> batch = new ArrayList<>();
        int size = 0;
        for (TeacherTargets targets : records) {
            byte[] value = layout.encode(targets);
            if (!batch.isEmpty() && size + value.length > batchBytes) {
                batches.add(MemoryRecords.withRecords(compression, batch.toArray(SimpleRecord[]::new)));
                batch.clear();
                size = 0;
            }
            byte[] key = targets.conversationId().getBytes(StandardCharsets.UTF_8);
            batch.add(new SimpleRecord(targets.createdAt().toEpochMilli(), key, value));
            size += value.length;
        }
        batches.add(MemoryRecords.withRecords(compression, batch.toArray(SimpleRecord[]::new)));
        long encoded = System.nanoTime();
        int next = 0;
        for (MemoryRecords read : batches) {
            for (Record record : read.records()) {
                TeacherTargets expected = records.get(next++);
                float[] values = layout.decode(
                        Utils.toArray(record.value()), expected.tokens().count());
                if (!Arrays.equals(values, expected.columns().logProbabilities())) {
                    throw new PipelineException(layout.label() + " loses numbers of '" + expected.promptId() + "'");
                }
            }
        }
        long decoded = System.nanoTime();
        long bytes = batches.stream().mapToLong(MemoryRecords::sizeInBytes).sum();
        long tokens = records.stream().mapToLong(r -> r.tokens().count()).sum();
        return new LayoutCost(
                layout.label(),
                level,
                (double) bytes / tokens,
                (encoded - started) / 1e3 / records.size(),
                (decoded - encoded) / 1e3 / records.size());
    }
}
