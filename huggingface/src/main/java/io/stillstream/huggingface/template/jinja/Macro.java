package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Undefined;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A function that a template defines. It sees the variables around its definition. */
record Macro(String name, Macro.Parameters parameters, Statements.Body body, Scope around) implements Callable {

    /** The name of the body of a call block. */
    static final String CALLER = "caller";

    /** @param defaults of those that may be left out */
    record Parameters(List<String> names, Map<String, Expression> defaults) {

        static final Parameters NONE = new Parameters(List.of(), Map.of());
    }

    @Override
    public @Nullable Object call(Arguments arguments, Budget budget) {
        List<String> names = parameters.names();
        if (arguments.positional().size() > names.size()) {
            throw new TemplateException("the macro '" + name + "' takes at most " + names.size() + " arguments");
        }
        for (String given : arguments.named().keySet()) {
            if (!names.contains(given) && !given.equals(CALLER)) {
                throw new TemplateException("the macro '" + name + "' has no argument '" + given + "'");
            }
        }
        budget.enterCall();
        Scope scope = around.inner();
        for (int i = 0; i < names.size(); i++) {
            String parameter = names.get(i);
            Expression otherwise = parameters.defaults().get(parameter);
            if (arguments.has(i, parameter)) {
                scope.put(parameter, arguments.get(i, parameter, null));
            } else {
                scope.put(parameter, otherwise == null ? new Undefined(parameter) : otherwise.evaluate(scope));
            }
        }
        if (arguments.named().containsKey(CALLER)) {
            scope.put(CALLER, arguments.named().get(CALLER));
        }
        Object text = body.captured(scope);
        budget.leaveCall();
        return text;
    }
}
