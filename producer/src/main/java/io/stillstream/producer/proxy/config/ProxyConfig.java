package io.stillstream.producer.proxy.config;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.http.Listening;
import io.stillstream.http.TlsConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where the proxy listens, what it stands in front of, and what a call may cost.
 *
 * @param host the address to listen on; any but a loopback address needs {@code tls} and {@code token}
 * @param port what callers' base URL names; 0 picks a free one
 * @param token what callers must show, in the header {@code x-stillstream-token} or as their API key; empty lets everybody in who
 *     reaches the address
 * @param tls the certificate to serve with; without one, plain HTTP
 * @param upstreams the APIs behind the proxy, by a name that metrics and captured prompts bear
 * @param rollout which of them serve the student, to whom the rollout sends its share of the calls
 * @param connectTimeout how long an upstream may take to accept a connection, its name's look-up and TLS included
 * @param firstByteTimeout how long an upstream may take to begin its answer once it has the whole request; a model that thinks
 *     without streaming is silent for minutes
 * @param idleTimeout how long one side of a call may be still in the middle of it: an upstream that sends no more of its answer or
 *     takes no more of a request, a caller that takes no more of an answer; also how long a caller's connection is kept without a
 *     call
 * @param upstreamKeepAlive how long a connection to an upstream is kept without a call; shorter than the upstream itself keeps it,
 *     so that no call is sent on one that it is about to close
 * @param drainTimeout how long a stop waits for open calls to end
 * @param maxConnections the most connections of callers; further ones wait until one is closed
 * @param maxHeaderBytes the most bytes of a request's or an answer's headers
 * @param copyBudgetBytes the most memory for copies of calls that are open; a call whose copy does not fit passes through and is
 *     not captured
 * @param modelScanBytes where several upstreams serve a path, the most bytes of a request that are looked through for its
 *     {@code model} before any of it is sent on
 */
public record ProxyConfig(
        String host,
        int port,
        String token,
        TlsConfig tls,
        Map<String, UpstreamConfig> upstreams,
        RolloutRouting rollout,
        Duration connectTimeout,
        Duration firstByteTimeout,
        Duration idleTimeout,
        Duration upstreamKeepAlive,
        Duration drainTimeout,
        int maxConnections,
        int maxHeaderBytes,
        long copyBudgetBytes,
        int modelScanBytes)
        implements HoldsSecrets {

    private static final Pattern UPSTREAM_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,4096}");
    private static final int HIGHEST_PORT = 65_535;
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int LEAST_HEADER_BYTES = 1 << 10;
    private static final int MOST_HEADER_BYTES = 1 << 20;
    private static final int MOST_SCANNED = 16 << 20;

    public ProxyConfig {
        upstreams = Map.copyOf(upstreams);
        Check.notBlank("host", host, "an address such as 127.0.0.1");
        Check.between("port", port, 0, HIGHEST_PORT);
        if (!token.isEmpty() && !TOKEN.matcher(token).matches()) {
            throw InvalidSettingException.ofSecret("token", "16 to 4096 printable ASCII characters without blanks");
        }
        upstreams
                .keySet()
                .forEach(name -> Check.that(
                        UPSTREAM_NAME.matcher(name).matches(),
                        "upstreams",
                        name,
                        "names of up to 63 small letters, digits and hyphens"));
        Check.timeout("connectTimeout", connectTimeout);
        Check.timeout("firstByteTimeout", firstByteTimeout);
        Check.timeout("idleTimeout", idleTimeout);
        Check.timeout("upstreamKeepAlive", upstreamKeepAlive);
        Check.between("drainTimeout", drainTimeout, Duration.ZERO, LONGEST);
        Check.atLeast("maxConnections", maxConnections, 1);
        Check.between("maxHeaderBytes", maxHeaderBytes, LEAST_HEADER_BYTES, MOST_HEADER_BYTES);
        Check.atLeast("copyBudgetBytes", copyBudgetBytes, 0);
        Check.between("modelScanBytes", modelScanBytes, 1, MOST_SCANNED);
        if (!Listening.isLoopback(host)) {
            Check.that(tls.enabled(), "host", host, "a loopback address, or proxy.tls to serve others with");
            Check.that(!token.isEmpty(), "host", host, "a loopback address, or proxy.token to know callers by");
        }
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("token", WHOLE);
    }

    public static ProxyConfig defaults() {
        return new ProxyConfig(
                "127.0.0.1",
                4000,
                "",
                TlsConfig.none(),
                Map.of(),
                RolloutRouting.defaults(),
                Duration.ofSeconds(10),
                Duration.ofMinutes(10),
                Duration.ofMinutes(5),
                Duration.ofSeconds(4),
                Duration.ofSeconds(30),
                4096,
                64 << 10,
                256L << 20,
                1 << 20);
    }

    /** The same, with two upstreams more, to which the rollout sends its share of the calls. */
    public ProxyConfig routing(RolloutRouting routing, String championUrl, String canaryUrl) {
        Map<String, UpstreamConfig> all = new HashMap<>(upstreams);
        all.put(routing.champion(), UpstreamConfig.at(championUrl));
        all.put(routing.canary(), UpstreamConfig.at(canaryUrl));
        return new ProxyConfig(
                host,
                port,
                token,
                tls,
                all,
                routing,
                connectTimeout,
                firstByteTimeout,
                idleTimeout,
                upstreamKeepAlive,
                drainTimeout,
                maxConnections,
                maxHeaderBytes,
                copyBudgetBytes,
                modelScanBytes);
    }

    public Listening listening() {
        return new Listening("proxy", host, port, tls, maxConnections, idleTimeout);
    }
}
