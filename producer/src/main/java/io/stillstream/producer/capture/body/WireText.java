package io.stillstream.producer.capture.body;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.traffic.CaptureDrop;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The text of a body. */
final class WireText {

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private WireText() {}

    /**
     * @param what names the body, for messages
     * @param cut whether it may break off, also within a character, the beginning of which is left out then
     */
    static String of(byte[] bytes, @Nullable String encoding, String what, int maxBytes, boolean cut)
            throws UnreadableBodyException {
        ByteBuffer decoded = ByteBuffer.wrap(ContentCoding.decode(bytes, encoding, maxBytes, cut));
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer text = CharBuffer.allocate(decoded.remaining());
        CoderResult result = utf8.decode(decoded, text, !cut);
        if (result.isError()) {
            throw new UnreadableBodyException(
                    CaptureDrop.UNREADABLE, RejectionCode.INVALID_UTF8, "the " + what + " is not valid UTF-8");
        }
        String found = text.flip().toString();
        return found.startsWith(BYTE_ORDER_MARK) ? found.substring(1) : found;
    }
}
