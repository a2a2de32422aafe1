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
 * <p>Of a caller that has closed its sending side TCP does not show whether it has gone or still reads; what follows from it is for
 * whoever watches to say.
 */
public final class CallerWatch implements Callback {

    private static final int READ_AHEAD = 1 << 10;

    private final EndPoint endPoint;
    private final Connection connection;
    private final Runnable silent;
    private final Consumer<Throwable> gone;
    private boolean started;
    /** Whether what can be read is this watch's to read, and not Jetty's. */
    private boolean registered;

    private boolean stopped;

    /** Takes a caller for gone that closes its sending side. */
    public CallerWatch(Request request, Consumer<Throwable> gone) {
        this(request, () -> gone.accept(new EofException("the caller has closed its connection")), gone);
    }

    /**
     * @param silent run when the caller has closed its sending side: it has gone, or it still reads; only what is written to it shows
     *     which
     * @param gone told when the connection is broken
     */
    public CallerWatch(Request request, Runnable silent, Consumer<Throwable> gone) {
        connection = request.getConnectionMetaData().getConnection();
        endPoint = connection.getEndPoint();
        this.silent = silent;
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
        boolean ended = false;
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
                    ended = true;
                } else if (connection instanceof Connection.UpgradeTo reader) {
                    reader.onUpgradeTo(ahead);
                    return;
                }
            } catch (IOException e) {
                stopped = true;
                end = e;
            }
        }
        if (ended) {
            silent.run();
        } else if (end != null) {
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
