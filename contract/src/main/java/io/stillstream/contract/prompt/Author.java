package io.stillstream.contract.prompt;

import io.stillstream.contract.rejection.ContractException;
import org.jspecify.annotations.Nullable;

/**
 * Who wrote a response.
 *
 * @param snapshot the id of the student's snapshot that wrote it; null where no student did
 */
public record Author(ResponseSource source, @Nullable String snapshot) {

    public static final Author TEACHER = new Author(ResponseSource.TEACHER, null);
    public static final Author PRODUCTION = new Author(ResponseSource.PRODUCTION, null);

    /** @throws ContractException when a student's response names no snapshot, or another's does */
    public Author {
        if ((source == ResponseSource.STUDENT) != (snapshot != null && !snapshot.isBlank())) {
            throw new ContractException("a response of source " + source + " has the snapshot '" + snapshot
                    + "'; expected the id of a student's snapshot with " + ResponseSource.STUDENT
                    + " and none with any other source");
        }
    }

    public static Author student(String snapshot) {
        return new Author(ResponseSource.STUDENT, snapshot);
    }
}
