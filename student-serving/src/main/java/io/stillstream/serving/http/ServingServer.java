package io.stillstream.serving.http;

import io.stillstream.http.HttpListener;
import io.stillstream.http.HttpServerException;
import io.stillstream.monitoring.serving.ServingMeters;
import io.stillstream.serving.weights.ServedWeights;
import java.net.URI;
import java.time.Clock;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;

/** The student behind OpenAI's API while it runs. {@link #drain} lets open requests end, {@link #close} ends them. */
public final class ServingServer implements AutoCloseable {

    private final ServingConfig config;
    private final HttpListener listener;
    private final ApiHandler handler;

    private ServingServer(ServingConfig config, HttpListener listener, ApiHandler handler) {
        this.config = config;
        this.listener = listener;
        this.handler = handler;
    }

    /**
     * Listens, and answers.
     *
     * @throws HttpServerException when the address cannot be had
     */
    public static ServingServer start(ServingConfig config, ServedWeights weights, ServingMeters meters, Clock clock) {
        Server server = HttpListener.server("serving");
        var handler = new ApiHandler(config, weights, meters, clock);
        server.setHandler(handler);
        server.setErrorHandler(new JsonAnswers());
        HttpConfiguration http = HttpListener.configuration();
        // Clients encode the slash in a model's name.
        http.setUriCompliance(
                UriCompliance.DEFAULT.with("names of models", UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
        var listener = new HttpListener(server, http, config.listening());
        listener.start();
        return new ServingServer(config, listener, handler);
    }

    /** Where it listens, as {@code http://127.0.0.1:4100}. */
    public URI address() {
        return listener.address();
    }

    /** Takes no more requests, and waits for the open ones; longer than {@code serving.drain-timeout} for none. */
    public void drain() {
        listener.drain(handler::open, config.drainTimeout());
    }

    @Override
    public void close() {
        listener.close();
    }
}
