package io.stillstream.monitoring.crash;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What came of work that may fail: its result, or the exception that it threw.
 *
 * @param failure a {@link RuntimeException} or a {@link StackOverflowError}; null where the work returned
 */
public record Attempt<T>(@Nullable T result, @Nullable Throwable failure) {

    /** The result of work that returned. */
    public T value() {
        return Objects.requireNonNull(result);
    }

    /** To be thrown where the failure is not the record's. */
    public RuntimeException rethrown() {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) Objects.requireNonNull(failure);
    }
}
