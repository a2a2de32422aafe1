package io.stillstream.producer.proxy.upstream;

import java.util.Map;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.client.transport.internal.HttpChannelOverHTTP;
import org.eclipse.jetty.client.transport.internal.HttpConnectionOverHTTP;
import org.eclipse.jetty.client.transport.internal.HttpReceiverOverHTTP;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/**
 * Jetty's HTTP/1.1 with a bound on interim answers (100, 102, 103). Jetty reads them as fast as they come and queues work for each,
 * and no deadline ends that: an upstream that sends nothing else would fill the memory.
 */
final class UpstreamTransport extends HttpClientTransportOverHTTP {

    /** Before one answer. A server that says every second that it is still at work can do so for a quarter of an hour. */
    static final int MOST_INTERIM_ANSWERS = 1_000;

    UpstreamTransport(ClientConnector connector) {
        super(connector);
    }

    @Override
    public Connection newConnection(EndPoint endPoint, Map<String, Object> context) {
        var connection = new HttpConnectionOverHTTP(endPoint, context) {
            @Override
            protected HttpChannelOverHTTP newHttpChannel() {
                return new HttpChannelOverHTTP(this) {
                    @Override
                    protected HttpReceiverOverHTTP newHttpReceiver() {
                        return new Receiver(this);
                    }
                };
            }
        };
        connection.setInitialize(isInitializeConnections());
        connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
        return customize(connection, context);
    }

    private static final class Receiver extends HttpReceiverOverHTTP {

        private int interim;

        Receiver(HttpChannelOverHTTP channel) {
            super(channel);
        }

        @Override
        public void startResponse(HttpVersion version, int status, String reason) {
            interim = HttpStatus.isInterim(status) ? interim + 1 : 0;
            if (interim > MOST_INTERIM_ANSWERS) {
                throw new HttpException.RuntimeException(
                        HttpStatus.BAD_GATEWAY_502,
                        "more than " + MOST_INTERIM_ANSWERS + " interim answers before an answer");
            }
            super.startResponse(version, status, reason);
        }
    }
}
