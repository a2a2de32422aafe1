package io.stillstream.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * Where a server listens, and to how many.
 *
 * @param section of the configuration that says so, for messages
 * @param host a name or an address of this machine
 * @param port 0 picks a free one
 * @param tls plain HTTP where it names no certificate
 * @param maxConnections further ones wait until one is closed
 * @param idleTimeout how long a connection on which nothing moves is kept
 */
public record Listening(
        String section, String host, int port, TlsConfig tls, int maxConnections, Duration idleTimeout) {

    /** Whether nobody but this machine reaches the address. */
    public static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            // What is no address at all is found when it is to be listened on, with its reason.
            return true;
        }
    }
}
