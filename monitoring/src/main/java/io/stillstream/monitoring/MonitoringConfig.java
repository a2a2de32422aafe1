package io.stillstream.monitoring;

/**
 * Where a process answers {@code /metrics} and {@code /health}.
 *
 * @param enabled whether the endpoint is served; meters exist either way
 * @param host the address to listen on; anything but a loopback address opens the endpoint to the network
 * @param port 0 for a free one
 */
public record MonitoringConfig(boolean enabled, String host, int port) {

    private static final int HIGHEST_PORT = 65_535;

    public MonitoringConfig {
        if (host.isBlank()) {
            throw new MonitoringException("monitoring.host is blank; expected an address such as 127.0.0.1");
        }
        if (port < 0 || port > HIGHEST_PORT) {
            throw new MonitoringException(
                    "monitoring.port is " + port + "; expected 0 (a free port) to " + HIGHEST_PORT);
        }
    }

    public static MonitoringConfig defaults() {
        return new MonitoringConfig(true, "127.0.0.1", 9464);
    }
}
