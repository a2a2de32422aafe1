package io.stillstream.producer.source.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** All members of a gzip file. Bytes after them that are no further member are an error: the JDK's class drops them. */
public final class GzipMembers extends GZIPInputStream {

    private static final int BUFFER_BYTES = 64 << 10;
    private static final int TRAILER_BYTES = 8;

    public GzipMembers(InputStream in) throws IOException {
        super(new EndAware(in), BUFFER_BYTES);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        if (read < 0 && (inf.getRemaining() > TRAILER_BYTES || in.available() > 0)) {
            throw new ZipException("what follows the compressed data is not gzip");
        }
        return read;
    }

    /** Says that there is more until the end is reached: the JDK's class takes a pipe that is only slow for ended. */
    private static final class EndAware extends BufferedInputStream {

        EndAware(InputStream in) {
            super(in, BUFFER_BYTES);
        }

        @Override
        public synchronized int available() throws IOException {
            mark(1);
            int next = read();
            reset();
            return next < 0 ? 0 : 1;
        }
    }
}
