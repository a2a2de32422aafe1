package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.TemplateException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template as transformers' sandboxed Jinja2 understands it. It has no access to Java, files or the clock, cannot change the
 * values that it is given, and its text, time and nesting are bounded. Safe for use by several threads.
 */
public final class JinjaTemplate {

    private final Statements.Body body;

    private JinjaTemplate(Statements.Body body) {
        this.body = body;
    }

    /** @throws TemplateException when it is no template, or has a block that is not supported */
    public static JinjaTemplate parse(String source) {
        return new JinjaTemplate(TemplateParser.parse(source));
    }

    /**
     * @param variables texts, truth values, {@link Long}, {@link java.math.BigInteger}, {@link Double}, lists and mappings; null
     *     for {@code None}
     * @throws TemplateException when an operation fails as it would in Python, is not supported, or exceeds a bound
     * @throws ConversationRefusedException when the template calls {@code raise_exception}
     */
    public String render(Map<String, @Nullable Object> variables, Instant now) {
        Scope scope = Scope.of(Globals.of(now), new Budget());
        variables.forEach(scope::put);
        Output out = new Output();
        try {
            body.run(scope, out);
        } catch (StackOverflowError e) {
            // The bounds of blocks, brackets and calls hold each; together they may still exceed a small stack.
            throw new TemplateException("its blocks, expressions and macros nest too deep together", e);
        } catch (ArithmeticException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // Of a number beyond what Java's arithmetic takes, or of values that have no order.
            throw new TemplateException(
                    "an operation fails on its values (" + e.getClass().getSimpleName() + ")", e);
        }
        return out.toString();
    }
}
