package io.stillstream.bench.proxy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads messages of HTTP/1.1 from a socket, no faster and no slower for whoever sent them. */
final class HttpMessages {

    private static final int BUFFER = 16 << 10;
    private static final String LENGTH = "\r\ncontent-length:";
    private static final String CHUNKED = "\r\ntransfer-encoding: chunked";

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int at;
    private int end;

    HttpMessages(InputStream in) {
        this.in = in;
    }

    /** What is told of each piece of a body, when it has come. */
    @FunctionalInterface
    interface Piece {
        void read(byte[] bytes, int from, int length);
    }

    /**
     * Reads one message.
     *
     * @return its first line; empty where the connection has ended before one
     */
    String read(Piece piece) throws IOException {
        String head = head();
        if (head.isEmpty()) {
            return head;
        }
        String lower = head.toLowerCase(java.util.Locale.ROOT);
        int length = lower.indexOf(LENGTH);
        if (lower.contains(CHUNKED)) {
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                body(size, piece);
                line();
            }
            line();
        } else if (length >= 0) {
            int from = length + LENGTH.length();
            body(
                    Integer.parseInt(
                            lower.substring(from, lower.indexOf("\r\n", from)).strip()),
                    piece);
        }
        return head.substring(0, head.indexOf("\r\n"));
    }

    private void body(int length, Piece piece) throws IOException {
        for (int left = length; left > 0; ) {
            if (at == end && !fill()) {
                throw new EOFException("the connection ended within a body");
            }
            int read = Math.min(left, end - at);
            piece.read(buffer, at, read);
            at += read;
            left -= read;
        }
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = next(); next != '\n'; next = next()) {
            if (next < 0) {
                throw new EOFException("the connection ended within a line");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (true) {
            int next = next();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
            int length = head.length();
            if (next == '\n' && length >= 4 && head.charAt(length - 3) == '\n') {
                return head.toString();
            }
        }
    }

    private int next() throws IOException {
        return at == end && !fill() ? -1 : buffer[at++];
    }

    private boolean fill() throws IOException {
        end = in.read(buffer);
        at = 0;
        if (end < 0) {
            end = 0;
            return false;
        }
        return true;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
