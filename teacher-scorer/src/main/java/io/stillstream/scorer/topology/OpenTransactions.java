package io.stillstream.scorer.topology;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.scorer.ScorerException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Aborts what a killed process with this scorer's name left open, which would otherwise have to time out. Done before Kafka
 * Streams starts, which fences only once it is assigned a partition.
 */
final class OpenTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);
    private static final long PATIENCE_SECONDS = 15;

    private OpenTransactions() {}

    static void abort(Admin admin, List<String> transactionalIds) {
        try {
            admin.fenceProducers(transactionalIds).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while fencing the transactions that were left open", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn(
                    "transactions that were left open, if any, have to time out: {}",
                    AccessDenied.writing(e, String.join(", ", transactionalIds)));
        }
    }
}
