package io.stillstream.producer.proxy.upstream;

import io.stillstream.http.HttpListener;
import io.stillstream.producer.proxy.config.ProxyConfig;
import java.util.concurrent.Executor;
import org.eclipse.jetty.client.ContinueProtocolHandler;
import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.ProcessingProtocolHandler;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/** The HTTP client of an upstream: it sends what it is given and nothing else, and follows, decodes and remembers nothing. */
public final class UpstreamClient {

    private UpstreamClient() {}

    /** Not started yet. */
    public static HttpClient of(
            String name, ProxyConfig config, Executor threads, Scheduler scheduler, ByteBufferPool buffers) {
        var connector = new ClientConnector();
        connector.setSelectors(HttpListener.SELECTORS);
        connector.setTCPNoDelay(true);
        connector.setSslContextFactory(new SslContextFactory.Client());
        var transport = new UpstreamTransport(connector);
        transport.setHeaderCacheCaseSensitive(true);
        // Nothing that is done with an answer waits.
        transport.setInvocationType(Invocable.InvocationType.NON_BLOCKING);
        transport.setConnectionPoolFactory(destination -> new CheckedConnections(destination, config.maxConnections()));
        var client = new HttpClient(transport) {
            @Override
            protected void doStart() throws Exception {
                super.doStart();
                getContentDecoderFactories().clear();
                getProtocolHandlers().clear();
                // An answer to come is announced by these; what they announce is not passed on.
                getProtocolHandlers().put(new ContinueProtocolHandler());
                getProtocolHandlers().put(new ProcessingProtocolHandler());
                getProtocolHandlers().put(new EarlyHintsProtocolHandler());
            }
        };
        client.setName("proxy-" + name);
        client.setExecutor(threads);
        client.setScheduler(scheduler);
        client.setByteBufferPool(buffers);
        client.setFollowRedirects(false);
        client.setUserAgentField(null);
        client.setDefaultRequestContentType(null);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setConnectTimeout(config.connectTimeout().toMillis());
        client.setAddressResolutionTimeout(config.connectTimeout().toMillis());
        client.setIdleTimeout(config.upstreamKeepAlive().toMillis());
        client.setMaxConnectionsPerDestination(config.maxConnections());
        client.setMaxRequestsQueuedPerDestination(config.maxConnections());
        client.setMaxRequestHeadersSize(config.maxHeaderBytes());
        client.setMaxResponseHeadersSize(config.maxHeaderBytes());
        client.setRequestBufferSize(config.maxHeaderBytes());
        return client;
    }
}
