package io.stillstream.bench.wire;

/**
 * What records take that keep so many columns.
 *
 * @param topK the most columns of a position
 * @param mass the probability up to which a position keeps them
 * @param columns of a position, a mean
 * @param held the probability that these hold, a mean over positions
 * @param bytesPerToken of Kafka's compressed batches, their headers and the records' keys included
 */
public record ColumnCost(int topK, double mass, double columns, double held, double bytesPerToken) {}
