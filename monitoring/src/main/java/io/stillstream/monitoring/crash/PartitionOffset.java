package io.stillstream.monitoring.crash;

/** The place of a record in its topic. */
public record PartitionOffset(int partition, long offset) {

    /** For messages. */
    @Override
    public String toString() {
        return "partition " + partition + " offset " + offset;
    }
}
