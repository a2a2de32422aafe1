package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.interpret.TemplateError;
import org.jspecify.annotations.Nullable;

/** Carries jinjava's first error out of a rendering. It never leaves {@code ChatTemplate}. */
public final class RenderingStoppedException extends RuntimeException {

    private final @Nullable String expression;

    RenderingStoppedException(TemplateError error) {
        super(error.getMessage(), error.getException());
        this.expression = error.getFieldName();
    }

    /** The expression that failed, as the template has it; null where jinjava does not say. */
    public @Nullable String expression() {
        return expression;
    }
}
