package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.interpret.TemplateError;
import org.jspecify.annotations.Nullable;

/** Carries jinjava's first error out of a rendering. Never leaves the package. */
public final class RenderingStoppedException extends RuntimeException {

    private final @Nullable String expression;

    RenderingStoppedException(TemplateError error) {
        super(error.getMessage(), error.getException());
        this.expression = error.getFieldName();
    }

    /** Where it happened, as the template writes it; null where jinjava does not tell. */
    public @Nullable String expression() {
        return expression;
    }
}
