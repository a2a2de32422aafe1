package io.stillstream.producer.proxy.upstream;

import java.io.IOException;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.DuplexConnectionPool;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;

/**
 * The kept connections to an upstream. Each is looked at before a call is sent on it: an upstream may have closed it without
 * anybody's having noticed yet, and a call that was sent there would be lost, and could not be repeated, since nobody knows what
 * became of it.
 */
final class CheckedConnections extends DuplexConnectionPool {

    CheckedConnections(Destination destination, int most) {
        super(destination, most);
    }

    @Override
    protected @Nullable Connection activate() {
        while (true) {
            Connection connection = super.activate();
            if (connection == null || isSilent(connection)) {
                return connection;
            }
            // Before it is closed, so that closing does not look for another in between.
            remove(connection);
            IO.close(connection);
        }
    }

    /** Whether nothing has come on it, neither its end nor bytes that nobody asked for. */
    private static boolean isSilent(Connection connection) {
        if (!(connection instanceof org.eclipse.jetty.io.Connection watched)) {
            return true;
        }
        try {
            return watched.getEndPoint().fill(BufferUtil.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
