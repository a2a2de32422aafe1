package io.stillstream.pipeline.terminal;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;
import io.stillstream.configuration.Secrets;
import io.stillstream.contract.text.Printable;

/**
 * {@code %logged(…)} in a pattern of the log: a message and its stack trace without what a terminal would act on, which an id or
 * an error's text may hold, and without the users and passwords of URLs, which Kafka's own log of its settings has.
 */
public final class LoggedText extends CompositeConverter<ILoggingEvent> {

    @Override
    protected String transform(ILoggingEvent event, String text) {
        return Printable.text(Secrets.withoutUserInfo(text));
    }
}
