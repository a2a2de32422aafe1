package io.stillstream.scorer;

import io.stillstream.contract.FinishReason;
import io.stillstream.contract.RankedColumns;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.ResponseSource;
import io.stillstream.contract.TeacherTokens;

/** What came of scoring one request. */
public sealed interface Scoring {

    /**
     * The teacher's view of a response.
     *
     * @param responseText the text that {@code tokens} covers to its last byte
     * @param author who wrote it: the teacher where the request had no response
     */
    record Scored(
            String responseText,
            TeacherTokens tokens,
            RankedColumns columns,
            FinishReason ending,
            ResponseSource author)
            implements Scoring {}

    /**
     * @param label what meters count it as
     * @param reason a sentence for people, without the prompt's text
     */
    record Rejected(RejectionCode label, String reason) implements Scoring {}
}
