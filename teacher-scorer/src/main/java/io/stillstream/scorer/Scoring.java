package io.stillstream.scorer;

import io.stillstream.contract.Author;
import io.stillstream.contract.DeadLetterReason;
import io.stillstream.contract.Ending;
import io.stillstream.contract.RankedColumns;
import io.stillstream.contract.TeacherTokens;

/** What came of scoring one request. */
public sealed interface Scoring {

    /**
     * The teacher's view of a response.
     *
     * @param responseText the text that {@code tokens} covers to its last byte
     * @param author who wrote it: the teacher where the request had no response
     */
    record Scored(String responseText, TeacherTokens tokens, RankedColumns columns, Ending ending, Author author)
            implements Scoring {}

    /**
     * @param label what meters count it as
     * @param reason a sentence for people, without the prompt's text
     */
    record Rejected(DeadLetterReason label, String reason) implements Scoring {}
}
