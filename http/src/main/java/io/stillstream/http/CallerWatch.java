package io.stillstream.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that a caller has gone while it waits for its answer. Jetty reads nothing of a connection between a request's last byte
 * and its answer's, and so would see the end of a connection only when it writes to it. In that time this reads instead: there is
 * nothing to come but the connection's end, or a next request that the caller sends ahead, which is handed back to Jetty and
 * ends the watch.
 *
 * <p>A caller that closes its sending side alone has gone too: no client of HTTP waits for an answer after that, and TCP
 * shows the two alike.
 */
public final class CallerWatch implements Callback {

    private static final int READ_AHEAD = 1 << 10;

    private final EndPoint endPoint;
    private final Connection connection;
    private final Consumer<Throwable> gone;
    private boolean started;
    /** Whether what can be read is this watch's to read, and not Jetty's. */
    private boolean registered;

    private boolean stopped;

    public CallerWatch(Request request, Consumer<Throwable> gone) {
        connection = request.getConnectionMetaData().getConnection();
        endPoint = connection.getEndPoint();
        this.gone = gone;
    }

    /** To be called when the request's last byte was read, which may be when the answer has begun, or ended. */
    public synchronized void start() {
        if (!started && !stopped) {
            started = true;
            registered = endPoint.tryFillInterested(this);
        }
    }

    /** To be called before the answer's last byte is written: from then on Jetty reads again. */
    public synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        if (registered && endPoint instanceof AbstractEndPoint watched) {
            registered = false;
            watched.getFillInterest().onFail(new EofException("watched no more"));
        }
    }

    /** Something can be read. */
    @Override
    public void succeeded() {
        Throwable end = null;
        synchronized (this) {
            if (stopped) {
                return;
            }
            registered = false;
            ByteBuffer ahead = BufferUtil.allocate(READ_AHEAD);
            try {
                int filled = endPoint.fill(ahead);
                if (filled == 0) {
                    registered = endPoint.tryFillInterested(this);
                    return;
                }
                stopped = true;
                if (filled < 0) {
                    end = new EofException("the caller has closed its connection");
                } else if (connection instanceof Connection.UpgradeTo reader) {
                    reader.onUpgradeTo(ahead);
                    return;
                }
            } catch (IOException e) {
                stopped = true;
                end = e;
            }
        }
        if (end != null) {
            gone.accept(end);
        }
    }

    /** The endpoint was closed, or the watch was stopped. */
    @Override
    public void failed(Throwable cause) {
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
        }
        gone.accept(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
