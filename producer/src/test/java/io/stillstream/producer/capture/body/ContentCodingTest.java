package io.stillstream.producer.capture.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.monitoring.traffic.CaptureDrop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Bodies that others encoded. */
class ContentCodingTest {

    /** {@code hello} by the reference encoder of Brotli. */
    private static final byte[] BROTLI_OF_HELLO = Base64.getDecoder().decode("CwKAaGVsbG8D");

    @Test
    void brotli_ofAnotherEncoder_isUndone() throws UnreadableBodyException {
        assertThat(ContentCoding.decode(BROTLI_OF_HELLO, "br", 5, false))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("hello");
        assertThatThrownBy(() -> ContentCoding.decode(BROTLI_OF_HELLO, "br", 4, false))
                .isInstanceOfSatisfying(
                        UnreadableBodyException.class, e -> assertThat(e.drop()).isEqualTo(CaptureDrop.BODY_TOO_LARGE));
    }

    @Test
    void deflate_withoutZlibsHeader_isUndone() throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_COMPRESSION, true))) {
            out.write("hello".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(ContentCoding.decode(bytes.toByteArray(), "deflate", 100, false))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("hello");
    }

    @Test
    void cutOff_givesWhatThereIs_whereThatIsEnough() throws Exception {
        byte[] whole = gzip("a stream of events, ".repeat(1000));
        byte[] cut = Arrays.copyOf(whole, whole.length - 12);

        assertThat(ContentCoding.decode(cut, "gzip", 1 << 20, true))
                .asString(StandardCharsets.UTF_8)
                .startsWith("a stream of events, a stream");
        assertThatThrownBy(() -> ContentCoding.decode(cut, "gzip", 1 << 20, false))
                .isInstanceOf(UnreadableBodyException.class)
                .hasMessageContaining("not encoded by gzip");
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
