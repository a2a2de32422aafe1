package io.stillstream.pipeline.deadletters;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A dead letter as a line of JSON. */
final class DeadLetterJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DeadLetterJson() {}

    /** What a list shows of it. */
    static ObjectNode summary(StoredDeadLetter letter, ReplayLog log) {
        ObjectNode node = JSON.createObjectNode()
                .put("id", letter.id().toString())
                .put("time", letter.time().toString())
                .put("stage", letter.letter().map(known -> known.stage()).orElse(null))
                .put(
                        "code",
                        letter.letter()
                                .map(known -> known.rejection().code().label())
                                .orElse(null))
                .put("detail", letter.detail());
        letter.letter().ifPresent(known -> {
            if (known.partition() < 0) {
                node.put("source", known.topic()).put("line", known.offset());
            } else {
                node.put("topic", known.topic())
                        .put("partition", known.partition())
                        .put("offset", known.offset());
            }
        });
        node.put("bytes", letter.bytes().length);
        node.put("truncated", letter.bytesBeforeTruncation().isPresent());
        node.put("replayed", log.replayedAt(letter.id()).map(Object::toString).orElse(null));
        return node;
    }

    /** All of it: headers as text, key and value in base64. */
    static ObjectNode whole(StoredDeadLetter letter, ReplayLog log) {
        ObjectNode node = summary(letter, log);
        ObjectNode headers = node.putObject("headers");
        for (Header header : letter.headers()) {
            headers.put(
                    header.key(), header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8));
        }
        node.put("key", base64(letter.key()));
        node.put("value", base64(letter.value()));
        return node;
    }

    private static @Nullable String base64(byte @Nullable [] bytes) {
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }
}
