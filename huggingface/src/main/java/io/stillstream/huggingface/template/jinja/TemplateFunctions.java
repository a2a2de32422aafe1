package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import io.stillstream.huggingface.template.python.Strftime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/** The functions that transformers gives a template. Public because jinjava calls them by reflection. */
public final class TemplateFunctions {

    /** The variable that holds the present time. */
    public static final String NOW = "__now__";

    private TemplateFunctions() {}

    /** {@code raise_exception(message)}: the template refuses the conversation. */
    public static Object raiseException(@Nullable Object message) {
        throw new ConversationRefusedException(String.valueOf(message));
    }

    /** {@code strftime_now(format)}: the time of the prompt, in UTC, so that a replay renders the same text. */
    public static String strftimeNow(String format) {
        Object now = JinjavaInterpreter.getCurrent().getContext().get(NOW);
        if (!(now instanceof Instant instant)) {
            throw new IllegalStateException("a template is rendered without an instant");
        }
        return Strftime.format(ZonedDateTime.ofInstant(instant, ZoneOffset.UTC), format);
    }
}
