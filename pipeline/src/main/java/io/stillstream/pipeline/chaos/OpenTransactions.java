package io.stillstream.pipeline.chaos;

import io.stillstream.pipeline.PipelineException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;

/** Asks the broker which scorers are in the middle of a transaction. */
final class OpenTransactions implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final Admin admin;

    OpenTransactions(String bootstrapServers) {
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /** @param name of a scorer, which its transactions' ids hold */
    boolean of(String name) {
        try {
            var ongoing = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
            return admin.listTransactions(ongoing).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS).stream()
                    .anyMatch(listing -> listing.transactionalId().contains(name));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while asking for open transactions", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new PipelineException("the broker does not tell its open transactions: " + e, e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
