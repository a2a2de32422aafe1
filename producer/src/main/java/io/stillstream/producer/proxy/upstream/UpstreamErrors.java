package io.stillstream.producer.proxy.upstream;

import io.stillstream.configuration.Durations;
import io.stillstream.producer.proxy.config.ProxyConfig;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;

/** What a caller is told when its upstream does not answer. Names settings, and neither keys nor what was sent. */
public final class UpstreamErrors {

    public static final int TOO_LATE = 504;
    private static final int BROKEN = 502;

    private UpstreamErrors() {}

    public static ProxyError of(Upstream upstream, Throwable cause, ProxyConfig config) {
        String name = "The upstream '" + upstream.name() + "' ";
        if (cause instanceof SocketTimeoutException || cause instanceof TimeoutException) {
            return new ProxyError(
                    TOO_LATE,
                    "upstream_connect_timeout",
                    name + "could not be connected to within " + Durations.format(config.connectTimeout())
                            + " (proxy.connect-timeout).");
        }
        if (cause instanceof UnknownHostException) {
            return new ProxyError(BROKEN, "upstream_unreachable", name + "has a host name that is not known.");
        }
        if (cause instanceof ConnectException) {
            return new ProxyError(BROKEN, "upstream_unreachable", name + "refused the connection.");
        }
        if (cause instanceof SSLException) {
            return new ProxyError(BROKEN, "upstream_tls", name + "could not be connected to safely: TLS failed.");
        }
        if (cause instanceof HttpResponseException) {
            return new ProxyError(BROKEN, "upstream_invalid_answer", name + "sent what is no valid answer in HTTP.");
        }
        return new ProxyError(BROKEN, "upstream_failed", name + "broke off before it answered.");
    }

    public static ProxyError late(Upstream upstream, Deadline.Wait wait, ProxyConfig config) {
        String name = "The upstream '" + upstream.name() + "' ";
        return switch (wait) {
            case FOR_THE_UPSTREAM_TO_TAKE_THE_REQUEST ->
                new ProxyError(
                        TOO_LATE,
                        "upstream_idle_timeout",
                        name + "took no more of the request for " + Durations.format(config.idleTimeout())
                                + " (proxy.idle-timeout).");
            case FOR_THE_FIRST_BYTE ->
                new ProxyError(
                        TOO_LATE,
                        "upstream_first_byte_timeout",
                        name + "did not begin its answer within " + Durations.format(config.firstByteTimeout())
                                + " (proxy.first-byte-timeout).");
            case FOR_THE_NEXT_BYTE ->
                new ProxyError(
                        TOO_LATE,
                        "upstream_idle_timeout",
                        name + "sent no more of its answer for " + Durations.format(config.idleTimeout())
                                + " (proxy.idle-timeout).");
        };
    }
}
