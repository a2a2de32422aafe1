package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Work;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one rendering may cost at most, so that no template stops the process. */
final class Budget implements Work {

    private static final long MOST_STEPS = 10_000_000;
    private static final long MOST_CHARACTERS = 8L * PythonText.MAXIMUM_LENGTH;
    private static final int DEEPEST_CALLS = 64;

    /** Looking at so many characters takes about as long as a step. */
    private static final int UNITS_OF_A_STEP = 64;

    /** A text is looked for at every place: the longer it is, the more of it is compared there. */
    private static final int CHARACTERS_COMPARED_AT_ONCE = 16;

    /** Many times what the steps take on a slow machine; holds where one of them takes longer than it should. */
    private static final Duration LONGEST_RENDERING = Duration.ofSeconds(30);

    private static final long STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 4096;

    private final long began = System.nanoTime();
    private long nextLook = STEPS_BETWEEN_LOOKS_AT_THE_CLOCK;
    private long units;

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
        if (steps >= nextLook) {
            nextLook = steps + STEPS_BETWEEN_LOOKS_AT_THE_CLOCK;
            if (System.nanoTime() - began > LONGEST_RENDERING.toNanos()) {
                throw new TemplateException(
                        "it runs for more than " + LONGEST_RENDERING.toSeconds() + " seconds (bounded time)");
            }
        }
    }

    @Override
    public void done(long more) {
        units += more;
        steps(units / UNITS_OF_A_STEP);
        units %= UNITS_OF_A_STEP;
    }

    /** Counts looking at all of a value. */
    void read(@Nullable Object value) {
        if (value instanceof String text) {
            done(text.length());
        } else if (value instanceof Collection<?> items) {
            done(items.size());
        } else if (value instanceof Map<?, ?> mapping) {
            done(mapping.size());
        }
    }

    /** Counts looking for one text in another, before that is done. */
    void search(@Nullable Object text, @Nullable Object part) {
        if (text instanceof String in && part instanceof String looked) {
            done((long) in.length() * (1 + looked.length() / CHARACTERS_COMPARED_AT_ONCE));
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
