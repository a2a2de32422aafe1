package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.TemplateException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one rendering may cost at most, so that no template stops the process. */
final class Budget {

    private static final long MOST_STEPS = 10_000_000;
    private static final long MOST_CHARACTERS = 8L * PythonText.MAXIMUM_LENGTH;
    private static final int DEEPEST_CALLS = 64;

    private long steps;
    private long characters;
    private int calls;

    /** Counts one statement or one turn of a loop. */
    void step() {
        steps(1);
    }

    private void steps(long count) {
        steps += count;
        if (steps > MOST_STEPS) {
            throw new TemplateException("it runs for more than " + MOST_STEPS + " steps (bounded steps)");
        }
    }

    /** Counts a value that was made. */
    @Nullable
    Object made(@Nullable Object value) {
        if (value instanceof String text) {
            characters += text.length();
            if (characters > MOST_CHARACTERS) {
                throw new TemplateException(
                        "its texts have more than " + MOST_CHARACTERS + " characters together (bounded output)");
            }
        } else if (value instanceof List<?> list) {
            steps(list.size());
        }
        return value;
    }

    void enterCall() {
        if (++calls > DEEPEST_CALLS) {
            throw new TemplateException("its macros call each other deeper than " + DEEPEST_CALLS);
        }
    }

    void leaveCall() {
        calls--;
    }
}
