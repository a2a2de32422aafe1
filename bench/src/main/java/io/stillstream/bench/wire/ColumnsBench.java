package io.stillstream.bench.wire;

import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.TeacherTargets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Leaves columns out of records and has Kafka's own code compress them in batches, as a producer does. */
public final class ColumnsBench {

    private final List<TeacherTargets> records;
    private final int batchBytes;
    private final Compression compression;

    /**
     * @param records with columns of each position
     * @param batchBytes of a batch before compression, as a producer's {@code batch.size}
     * @param level zstd's
     */
    public ColumnsBench(List<TeacherTargets> records, int batchBytes, int level) {
        this.records = List.copyOf(records);
        this.batchBytes = batchBytes;
        this.compression = Compression.zstd().level(level).build();
    }

    /** A row for each number of columns with each mass; none has more columns than the records. */
    public List<ColumnCost> costs(List<Integer> topKs, List<Double> masses) {
        List<ColumnCost> costs = new ArrayList<>();
        for (int topK : topKs) {
            for (double mass : masses) {
                costs.add(cost(topK, mass));
            }
        }
        return costs;
    }

    private ColumnCost cost(int topK, double mass) {
        List<TeacherTargets> cut =
                records.stream().map(record -> cut(record, topK, mass)).toList();
        long positions = 0;
        long columns = 0;
        double held = 0;
        for (TeacherTargets record : cut) {
            RankedColumns kept = record.columns();
            positions += kept.positions();
            for (int t = 0; t < kept.positions(); t++) {
                columns += kept.count(t);
                for (int column = 0; column < kept.count(t); column++) {
                    held += Math.exp(kept.logProbability(t, column));
                }
            }
        }
        return new ColumnCost(
                topK, mass, (double) columns / positions, held / positions, (double) bytes(cut) / positions);
    }

    private static TeacherTargets cut(TeacherTargets record, int topK, double mass) {
        RankedColumns all = record.columns();
        int k = Math.min(topK, all.k());
        int[] ids = new int[all.positions() * k];
        float[] logProbabilities = new float[ids.length];
        for (int t = 0; t < all.positions(); t++) {
            double held = 0;
            for (int column = 0; column < k; column++) {
                boolean kept = mass == 1 || held < mass;
                float logProbability = all.logProbability(t, column);
                ids[t * k + column] = all.id(t, column);
                logProbabilities[t * k + column] = kept ? logProbability : Float.NEGATIVE_INFINITY;
                held += Math.exp(logProbability);
            }
        }
        return new TeacherTargets(
                record.promptId(),
                record.conversationId(),
                record.tenant(),
                record.input(),
                record.promptText(),
                record.response(),
                record.responseText(),
                record.reference(),
                record.teacher(),
                record.vocabulary(),
                record.tokens(),
                new RankedColumns(
                        all.selection(),
                        all.ranking(),
                        all.temperature(),
                        ids,
                        List.of(),
                        logProbabilities,
                        all.positions()),
                record.finishReason(),
                record.split(),
                record.author(),
                record.createdAt(),
                record.scoredAt());
    }

    private long bytes(List<TeacherTargets> cut) {
        long bytes = 0;
        List<SimpleRecord> batch = new ArrayList<>();
        int size = 0;
        for (TeacherTargets record : cut) {
            byte[] value = TeacherTargetsCodec.encode(record);
            if (!batch.isEmpty() && size + value.length > batchBytes) {
                bytes += compressed(batch);
                batch.clear();
                size = 0;
            }
            byte[] key = record.conversationId().getBytes(StandardCharsets.UTF_8);
            batch.add(new SimpleRecord(record.createdAt().toEpochMilli(), key, value));
            size += value.length;
        }
        return bytes + compressed(batch);
    }

    private long compressed(List<SimpleRecord> batch) {
        return MemoryRecords.withRecords(compression, batch.toArray(SimpleRecord[]::new))
                .sizeInBytes();
    }
}
