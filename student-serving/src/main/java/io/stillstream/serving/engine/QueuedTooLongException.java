package io.stillstream.serving.engine;

import io.stillstream.configuration.Durations;
import io.stillstream.student.StudentException;
import java.time.Duration;

/** A request has waited for a slot as long as it may. It was not begun; a caller may try again later, or ask somebody else. */
public final class QueuedTooLongException extends StudentException {

    QueuedTooLongException(Duration longest) {
        super("no slot was free within " + Durations.format(longest) + " (serving.engine.queue-timeout)");
    }
}
