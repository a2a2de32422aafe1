package io.stillstream.bench.fault.broker;

import java.nio.file.Path;

/**
 * What a run of {@link BrokerChaos} does.
 *
 * @param kills of the leader of a partition, one in ten together with another node
 * @param cuts of a leader from the network
 * @param records prompts
 * @param seed decides prompts and troubles
 * @param directory for brokers, stages and their logs
 */
public record BrokerChaosOptions(int kills, int cuts, int records, long seed, Path directory) {

    public BrokerChaosOptions {
        require(kills >= 0, "kills is " + kills + "; expected 0 or more");
        require(cuts >= 0, "partitions is " + cuts + "; expected 0 or more");
        require(records >= 1, "records is " + records + "; expected 1 or more");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
