package io.stillstream.contract.codec;

import com.google.protobuf.ByteString;
import io.stillstream.contract.rejection.ContractException;
import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Raw deflate (RFC 1951) with Huffman codes only: numbers hardly repeat, so that matches would make a stream longer. */
final class RawDeflate {

    /** No deflate stream expands further. */
    private static final long LARGEST_EXPANSION = 1032;

    private static final int BUFFER = 8192;

    private RawDeflate() {}

    /**
     * One stream of several planes. Each begins a new block and so has a Huffman code of its own: in a common one, planes of noise
     * would hide what is predictable in the others.
     */
    static ByteString deflate(byte[]... planes) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setStrategy(Deflater.HUFFMAN_ONLY);
            var out = new ByteArrayOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (byte[] plane : planes) {
                deflater.setInput(plane);
                int written;
                do {
                    written = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
                    out.write(buffer, 0, written);
                    // The first call only sets the strategy.
                } while (written == buffer.length || !deflater.needsInput());
            }
            deflater.finish();
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return ByteString.copyFrom(out.toByteArray());
        } finally {
            deflater.end();
        }
    }

    /** @throws ContractException when the stream is damaged, has bytes after it, or is not of this size inflated */
    static byte[] inflate(ByteString deflated, int size) {
        String found = deflated.size() + " bytes of deflated numbers ";
        String expected = "; expected " + size + " bytes inflated";
        if (size > deflated.size() * LARGEST_EXPANSION) {
            throw new ContractException(found + "are too few" + expected);
        }
        var inflater = new Inflater(true);
        try {
            inflater.setInput(deflated.toByteArray());
            byte[] inflated = new byte[size];
            int filled = 0;
            while (filled < size) {
                int read = inflater.inflate(inflated, filled, size - filled);
                if (read == 0) {
                    throw new ContractException(
                            found + (inflater.finished() ? "hold " : "break off after ") + filled + expected);
                }
                filled += read;
            }
            if (inflater.inflate(new byte[1]) != 0) {
                throw new ContractException(found + "hold more" + expected);
            }
            if (!inflater.finished()) {
                throw new ContractException(found + "break off before their end" + expected);
            }
            if (inflater.getRemaining() != 0) {
                throw new ContractException(found + "end " + inflater.getRemaining() + " early" + expected);
            }
            return inflated;
        } catch (DataFormatException e) {
            throw new ContractException(found + "are damaged: " + e.getMessage() + expected, e);
        } finally {
            inflater.end();
        }
    }
}
