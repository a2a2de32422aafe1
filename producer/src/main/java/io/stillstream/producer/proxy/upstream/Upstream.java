package io.stillstream.producer.proxy.upstream;

import io.stillstream.producer.proxy.config.UpstreamConfig;
import java.net.URI;
import org.eclipse.jetty.client.HttpClient;

/** An upstream, and the connections to it. */
public final class Upstream {

    private static final String VERSION = "/v1";

    private final String name;
    private final UpstreamConfig config;
    private final HttpClient client;
    private final URI origin;
    private final String authority;
    private final String path;

    /** @param client started and stopped by the caller */
    public Upstream(String name, UpstreamConfig config, HttpClient client) {
        this.name = name;
        this.config = config;
        this.client = client;
        URI url = URI.create(config.url());
        authority = url.getRawAuthority();
        origin = URI.create(url.getScheme() + "://" + authority);
        String raw = url.getRawPath();
        path = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
    }

    public String name() {
        return name;
    }

    public UpstreamConfig config() {
        return config;
    }

    public HttpClient client() {
        return client;
    }

    /** Scheme, host and port, as {@code https://api.openai.com}. */
    public URI origin() {
        return origin;
    }

    /** What the header {@code Host} says. */
    String authority() {
        return authority;
    }

    /** Whether calls of that path can be for it. */
    boolean fits(String called) {
        String begins = config.path();
        return begins.isEmpty()
                || (called.startsWith(begins)
                        && (called.length() == begins.length() || called.charAt(begins.length()) == '/'));
    }

    /** The path and query there of what a caller asked for; not a byte of what follows the beginning is changed. */
    public String target(String pathAndQuery) {
        String rest = pathAndQuery.substring(config.path().length());
        boolean versioned = path.endsWith(VERSION)
                && (rest.equals(VERSION) || rest.startsWith(VERSION + "/") || rest.startsWith(VERSION + "?"));
        String target = path + (versioned ? rest.substring(VERSION.length()) : rest);
        return target.startsWith("/") ? target : "/" + target;
    }
}
