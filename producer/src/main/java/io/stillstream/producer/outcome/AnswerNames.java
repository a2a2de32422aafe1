package io.stillstream.producer.outcome;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.stillstream.contract.rollout.SnapshotReference;
import java.io.IOException;

/**
 * What an answer says of itself in its first bytes.
 *
 * @param responseId empty where it says none there
 * @param snapshot the id of the student's snapshot that wrote it; empty where it says none there
 */
public record AnswerNames(String responseId, String snapshot) {

    /** Enough for what an answer, or the first event of one, says before its text. */
    public static final int MOST_BYTES = 1 << 10;

    private static final int LONGEST_ID = 200;
    private static final JsonFactory JSON = new JsonFactory();

    /** @param head of a JSON object, or of events that are such; may end anywhere */
    public static AnswerNames of(byte[] head) {
        int start = 0;
        while (start < head.length && head[start] != '{') {
            start++;
        }
        String id = "";
        String snapshot = "";
        try (JsonParser parser = JSON.createParser(head, start, head.length - start)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    parser.skipChildren();
                } else if (name.equals("id") && parser.getTextLength() <= LONGEST_ID) {
                    id = parser.getText();
                } else if ((name.equals("model") && snapshot.isEmpty()) || name.equals("system_fingerprint")) {
                    String named = parser.getText();
                    snapshot = SnapshotReference.isPublishedId(named) ? named : snapshot;
                }
            }
        } catch (IOException e) {
            // What was read until there counts: the rest was cut off, or is no JSON.
        }
        return new AnswerNames(id, snapshot);
    }
}
