package io.stillstream.contract.rejection;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a record was rejected and where it came from: the headers of a record on {@code dead-letters}, whose value is the
 * original: of a stage that reads a topic byte for byte, of a producer without what is private in it.
 *
 * @param stage which stage rejected it: producer, teacher-scorer or student-trainer
 * @param rejection why
 * @param topic the topic it was read from; for a producer the file
 * @param offset in the topic's partition; for a producer the line number
 */
public record DeadLetter(String stage, Rejection rejection, String topic, int partition, long offset) {

    private static final String PREFIX = "stillstream.";

    /** A detail may quote a name or an id of a record, which may have any length. */
    private static final int LONGEST_DETAIL = 500;

    /** The header of a letter that holds only the beginning of the original: how many bytes that had. */
    public static final String ORIGINAL_BYTES = PREFIX + "original-bytes";

    /** The header of such a letter: how many bytes of the original it holds. */
    public static final String KEPT_BYTES = PREFIX + "kept-bytes";

    /** The reason is cut where it is long: the headers of a letter always fit a broker's limit. */
    public Map<String, byte[]> headers() {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        headers.put(PREFIX + "stage", utf8(stage));
        headers.put(PREFIX + "code", utf8(rejection.code().label()));
        headers.put(PREFIX + "reason", utf8(shortened(rejection.detail())));
        headers.put(PREFIX + "topic", utf8(topic));
        headers.put(PREFIX + "partition", utf8(Integer.toString(partition)));
        headers.put(PREFIX + "offset", utf8(Long.toString(offset)));
        return headers;
    }

    /** The headers of a letter that holds only the beginning of an original of so many bytes. */
    public Map<String, byte[]> headers(long originalBytes, int keptBytes) {
        Map<String, byte[]> headers = headers();
        headers.put(ORIGINAL_BYTES, utf8(Long.toString(originalBytes)));
        headers.put(KEPT_BYTES, utf8(Integer.toString(keptBytes)));
        return headers;
    }

    /** @throws ContractException when a header is missing or is no number where one is expected */
    public static DeadLetter fromHeaders(Map<String, byte[]> headers) {
        try {
            return new DeadLetter(
                    required(headers, "stage"),
                    new Rejection(RejectionCode.parse(required(headers, "code")), required(headers, "reason")),
                    required(headers, "topic"),
                    Integer.parseInt(required(headers, "partition")),
                    Long.parseLong(required(headers, "offset")));
        } catch (NumberFormatException e) {
            throw new ContractException("a dead letter's partition or offset is no number", e);
        }
    }

    private static String required(Map<String, byte[]> headers, String name) {
        byte @Nullable [] value = headers.get(PREFIX + name);
        if (value == null) {
            throw new ContractException("a dead letter lacks the header " + PREFIX + name);
        }
        return new String(value, StandardCharsets.UTF_8);
    }

    private static String shortened(String detail) {
        if (detail.length() <= LONGEST_DETAIL) {
            return detail;
        }
        int end = LONGEST_DETAIL - 1;
        return detail.substring(0, Character.isHighSurrogate(detail.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
