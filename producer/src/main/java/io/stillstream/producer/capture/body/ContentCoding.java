package io.stillstream.producer.capture.body;

import com.github.luben.zstd.ZstdInputStream;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.traffic.CaptureDrop;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.brotli.dec.BrotliInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Undoes a {@code Content-Encoding}: gzip, deflate (with zlib's header, as the standard says, or without, as some servers do), br
 * and zstd, also several of them. What comes out is bounded however much is in the bytes, and so is the decoders' own memory.
 */
final class ContentCoding {

    private static final int MOST_CODINGS = 3;
    private static final int CHUNK_BYTES = 16 << 10;
    private static final int ZLIB_METHOD = 8;
    private static final int ZLIB_CHECK = 31;

    private ContentCoding() {}

    /**
     * @param encoding the header; null for none
     * @param cut whether the bytes may be only the beginning of what was encoded: what that gives is enough then
     */
    static byte[] decode(byte[] bytes, @Nullable String encoding, int maxBytes, boolean cut)
            throws UnreadableBodyException {
        byte[] decoded = bytes;
        for (String coding : codings(encoding)) {
            decoded = decodeOne(decoded, coding, maxBytes, cut);
        }
        if (decoded.length > maxBytes) {
            throw tooLarge(maxBytes);
        }
        return decoded;
    }

    /** The last that was applied comes first. */
    private static List<String> codings(@Nullable String encoding) throws UnreadableBodyException {
        List<String> codings = new ArrayList<>();
        for (String part : (encoding == null ? "" : encoding).split(",", -1)) {
            String coding = part.strip().toLowerCase(Locale.ROOT);
            if (!coding.isEmpty() && !coding.equals("identity")) {
                codings.add(coding);
            }
        }
        if (codings.size() > MOST_CODINGS) {
            throw unknown(codings.size() + " codings, one over the other; expected at most " + MOST_CODINGS);
        }
        Collections.reverse(codings);
        return codings;
    }

    private static byte[] decodeOne(byte[] bytes, String coding, int maxBytes, boolean cut)
            throws UnreadableBodyException {
        var out = new ByteArrayOutputStream(Math.min(maxBytes, 4 * bytes.length + CHUNK_BYTES));
        try (InputStream in = stream(bytes, coding)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (out.size() + read > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                out.write(chunk, 0, read);
            }
        } catch (IOException e) {
            if (!cut) {
                throw new UnreadableBodyException(
                        CaptureDrop.ENCODING,
                        RejectionCode.OTHER,
                        "a body is not encoded by " + coding + " as its header says, or not whole");
            }
        }
        return out.toByteArray();
    }

    private static InputStream stream(byte[] bytes, String coding) throws IOException, UnreadableBodyException {
        var in = new ByteArrayInputStream(bytes);
        return switch (coding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(in, CHUNK_BYTES);
            case "deflate" -> new InflaterInputStream(in, new Inflater(!hasZlibHeader(bytes)), CHUNK_BYTES);
            case "br" -> new BrotliInputStream(in);
            case "zstd" -> new ZstdInputStream(in);
            default -> throw unknown("a coding that is not known; expected gzip, deflate, br or zstd");
        };
    }

    private static boolean hasZlibHeader(byte[] bytes) {
        return bytes.length > 1
                && (bytes[0] & 0x0f) == ZLIB_METHOD
                && (((bytes[0] & 0xff) << Byte.SIZE) | (bytes[1] & 0xff)) % ZLIB_CHECK == 0;
    }

    private static UnreadableBodyException unknown(String what) {
        return new UnreadableBodyException(
                CaptureDrop.ENCODING, RejectionCode.OTHER, "a body's Content-Encoding has " + what);
    }

    private static UnreadableBodyException tooLarge(int maxBytes) {
        return new UnreadableBodyException(
                CaptureDrop.BODY_TOO_LARGE,
                RejectionCode.LINE_TOO_LONG,
                "a body has more than " + maxBytes
                        + " bytes once it is decoded; capture.max-decoded-bytes allows no more");
    }
}
