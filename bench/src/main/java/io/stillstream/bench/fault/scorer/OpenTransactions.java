package io.stillstream.bench.fault.scorer;

import io.stillstream.pipeline.PipelineException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;

/** Asks the broker which scorers have a transaction open. */
final class OpenTransactions implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final Admin admin;

    OpenTransactions(String bootstrapServers) {
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /**
     * @param name of a scorer, which its transactions' ids hold
     * @param since when the transaction has to have begun, or later
     */
    boolean isOpen(String name, Instant since) {
        var ongoing = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        try {
            List<String> ids = admin.listTransactions(ongoing).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS).stream()
                    .map(TransactionListing::transactionalId)
                    .filter(id -> id.contains(name))
                    .toList();
            return admin.describeTransactions(ids).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS).values().stream()
                    .filter(transaction -> transaction.state() == TransactionState.ONGOING)
                    .map(transaction -> transaction.transactionStartTimeMs().orElse(0))
                    .anyMatch(start -> start >= since.toEpochMilli());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while asking for open transactions", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new PipelineException("the broker does not list its open transactions: " + e, e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
