package io.stillstream.huggingface.template;

import com.hubspot.jinjava.interpret.TemplateError;
import org.jspecify.annotations.Nullable;

/** Carries jinjava's first error out of a rendering. Never leaves the package. */
final class RenderingStoppedException extends RuntimeException {

    private final @Nullable String expression;

    RenderingStoppedException(TemplateError error) {
        super(error.getMessage(), error.getException());
        this.expression = error.getFieldName();
    }

    /** Where it happened, as the template writes it; null where jinjava does not tell. */
    @Nullable
    String expression() {
        return expression;
    }
}
