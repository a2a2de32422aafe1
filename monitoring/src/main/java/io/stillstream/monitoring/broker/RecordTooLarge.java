package io.stillstream.monitoring.broker;

import java.util.Optional;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** Whether brokers did not take a record because of its size: whatever is sent again then has to be smaller. */
public final class RecordTooLarge {

    private RecordTooLarge() {}

    /** Of a failure or of what caused it: clients hand it on as it is, or within the failure of a transaction or a future. */
    public static Optional<RecordTooLargeException> in(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordTooLargeException tooLarge) {
                return Optional.of(tooLarge);
            }
        }
        return Optional.empty();
    }
}
