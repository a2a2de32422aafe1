package io.stillstream.monitoring;

import io.stillstream.configuration.Check;
import java.time.Duration;

/**
 * Where a process answers {@code /metrics} and {@code /health}.
 *
 * @param enabled whether metrics and health are served over HTTP; they are measured either way
 * @param host the address to listen on; anything but a loopback address opens the endpoint to the network
 * @param port the port of {@code /metrics} and {@code /health}; 0 picks a free port
 * @param requestTimeout how long a client of that port may take to send its request, and as long again to take the answer;
 *     then it is cut off
 * @param maxConnections the most clients of that port at once; a further one takes the place of the oldest, and rather of one
 *     without a whole request than of one that is being answered
 */
public record MonitoringConfig(boolean enabled, String host, int port, Duration requestTimeout, int maxConnections) {

    private static final int HIGHEST_PORT = 65_535;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_CONNECTIONS = 128;

    public MonitoringConfig {
        Check.notBlank("host", host, "an address such as 127.0.0.1");
        Check.between("port", port, 0, HIGHEST_PORT);
        Check.timeout("requestTimeout", requestTimeout);
        Check.atLeast("maxConnections", maxConnections, 1);
    }

    /** With the usual limits of clients. */
    public MonitoringConfig(boolean enabled, String host, int port) {
        this(enabled, host, port, REQUEST_TIMEOUT, MAX_CONNECTIONS);
    }

    public static MonitoringConfig defaults() {
        return new MonitoringConfig(true, "127.0.0.1", 9464);
    }
}
