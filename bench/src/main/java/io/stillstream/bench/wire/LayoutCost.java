package io.stillstream.bench.wire;

/**
 * One row of the table.
 *
 * @param level zstd's
 * @param bytesPerToken of Kafka's compressed batches, their headers and the records' keys included
 * @param encodeMicroseconds laying out and compressing, a record
 * @param decodeMicroseconds decompressing and reading the numbers, a record
 */
public record LayoutCost(
        String layout, int level, double bytesPerToken, double encodeMicroseconds, double decodeMicroseconds) {}
