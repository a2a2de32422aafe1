package io.stillstream.monitoring.broker;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.Health;
import io.stillstream.monitoring.HealthCheck;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.errors.AuthenticationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers every second, or more often where the bound is short, whether they are there. While none answers for longer than a bound, the process is not ready,
 * whatever its stages do: Kafka's own clients try again in silence. That the brokers are away is logged once, and once that
 * they are back.
 */
public final class BrokerWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** So often within the bound, at least: an answer that takes its time is not yet silence. */
    private static final int QUESTIONS = 4;

    /** How long one question waits for its answer: longer, and a broker that is back would be noticed late. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Admin admin;
    private final String servers;
    private final Duration bound;
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService asking =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("broker-watch"));
    private volatile long answered;
    private volatile String refusal = "";
    private boolean away;

    private BrokerWatch(Admin admin, String servers, Duration bound, LongSupplier nanoTime) {
        this.admin = admin;
        this.servers = servers;
        this.bound = bound;
        this.nanoTime = nanoTime;
        this.answered = nanoTime.getAsLong();
    }

    /**
     * Watches until it is closed.
     *
     * @param kafka properties of Kafka's clients, of brokers that have answered just now
     * @param bound how long they may be silent
     */
    public static BrokerWatch start(Map<String, Object> kafka, Duration bound, Health health) {
        BrokerWatch watch = new BrokerWatch(
                Admin.create(kafka),
                String.valueOf(kafka.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)),
                bound,
                System::nanoTime);
        health.needs("kafka", watch::readiness);
        long interval = Math.max(1, Math.min(INTERVAL.toMillis(), bound.toMillis() / QUESTIONS));
        var unused = watch.asking.scheduleWithFixedDelay(watch::ask, interval, interval, TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Asks once more, and waits for the answer for so long. */
    public boolean answers(Duration patience) {
        try {
            admin.describeCluster(new DescribeClusterOptions().timeoutMs(Math.toIntExact(patience.toMillis())))
                    .nodes()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            refusal = e.getCause() instanceof AuthenticationException refused ? ": " + refused.getMessage() : "";
            return false;
        } catch (TimeoutException e) {
            return false;
        } catch (RuntimeException e) {
            // Closed meanwhile: nobody needs the brokers any more.
            return asking.isShutdown();
        }
    }

    @Override
    public void close() {
        asking.shutdownNow();
        admin.close(Duration.ZERO);
    }

    private void ask() {
        boolean answers = answers(PATIENCE);
        if (asking.isShutdown()) {
            return;
        }
        Duration silence = silence();
        // Also where the answer has come at last: whoever saw that the process was not ready finds the reason in the
        // log.
        if (!away) {
            problem().ifPresent(problem -> {
                away = true;
                LOG.warn("{}; it is asked again until it does", problem);
            });
        }
        if (answers) {
            answered = nanoTime.getAsLong();
            refusal = "";
            if (away) {
                away = false;
                LOG.info("Kafka at {} answers again, after {} s", servers, silence.toSeconds());
            }
        }
    }

    private HealthCheck readiness() {
        return problem().map(HealthCheck::failed).orElseGet(() -> HealthCheck.passed("answers"));
    }

    /** Why the process is not ready; empty while it is. */
    private Optional<String> problem() {
        Duration silence = silence();
        return silence.compareTo(bound) < 0
                ? Optional.empty()
                : Optional.of("no broker of Kafka at " + servers + " has answered for " + silence.toSeconds() + " s"
                        + refusal);
    }

    private Duration silence() {
        return Duration.ofNanos(nanoTime.getAsLong() - answered);
    }
}
