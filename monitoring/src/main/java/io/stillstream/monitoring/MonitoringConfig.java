package io.stillstream.monitoring;

import io.stillstream.configuration.Check;

/**
 * Where a process answers {@code /metrics} and {@code /health}.
 *
 * @param enabled whether metrics and health are served over HTTP; they are measured either way
 * @param host the address to listen on; anything but a loopback address opens the endpoint to the network
 * @param port the port of {@code /metrics} and {@code /health}; 0 picks a free port
 */
public record MonitoringConfig(boolean enabled, String host, int port) {

    private static final int HIGHEST_PORT = 65_535;

    public MonitoringConfig {
        Check.notBlank("host", host, "an address such as 127.0.0.1");
        Check.between("port", port, 0, HIGHEST_PORT);
    }

    public static MonitoringConfig defaults() {
        return new MonitoringConfig(true, "127.0.0.1", 9464);
    }
}
