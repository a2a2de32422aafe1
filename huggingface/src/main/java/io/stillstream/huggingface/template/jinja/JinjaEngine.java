package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.InterpreterFactory;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.Importable;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.lib.tag.Tag;
import io.stillstream.huggingface.template.python.ExpressionTests;
import io.stillstream.huggingface.template.python.PythonFilters;
import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.PythonValues;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jinjava.javax.el.ExpressionFactory;
import org.jspecify.annotations.Nullable;

/**
 * jinjava configured to render as transformers' Jinja2 does, in a sandbox. Of jinjava's own tags, filters, tests and functions
 * only those are enabled that behave as in Jinja2. Templates have no access to Java, files or the clock, and their output is
 * bounded.
 */
public final class JinjaEngine extends Jinjava {

    private static final int MOST_ITEMS = 1 << 20;
    private static final int DEEPEST_NESTING = 64;

    private static final List<Tag> OWN_TAGS = List.of(new LoopTag(), new GenerationTag());
    private static final List<Filter> OWN_FILTERS = PythonFilters.all();
    private static final List<ExpTest> OWN_TESTS = ExpressionTests.all();

    private static final Set<String> TAGS = Set.of(
            "if",
            "elif",
            "else",
            "set",
            "macro",
            "call",
            "break",
            "continue",
            "endif",
            "endset",
            "endmacro",
            "endcall",
            "endfor");
    private static final Set<String> FILTERS = Set.of(
            "abs",
            "d",
            "default",
            "int",
            "float",
            "join",
            "list",
            "map",
            "reject",
            "rejectattr",
            "replace",
            "round",
            "select",
            "selectattr",
            "sort",
            "sum",
            "unique");
    private static final Set<String> TESTS = Set.of(
            "boolean",
            "defined",
            "divisibleby",
            "eq",
            "equalto",
            "==",
            "even",
            "false",
            "float",
            "ge",
            "greaterthan",
            "gt",
            "in",
            "integer",
            "le",
            "lessthan",
            "lower",
            "lt",
            "mapping",
            "ne",
            "none",
            "number",
            "odd",
            "sameas",
            "string",
            "true",
            "truthy",
            "undefined",
            "upper");
    private static final Set<String> FUNCTIONS = Set.of(":range", ":namespace");

    /** Templates test whether these functions are defined, which jinjava answers for variables only. */
    private static final List<String> ALWAYS_DEFINED =
            List.of("raise_exception", "strftime_now", "range", "namespace", "dict");

    private final ExpressionFactory expressions = new JinjaExpressions();

    public JinjaEngine() {
        super(config(new Context()));
        OWN_TAGS.forEach(this::registerTag);
        OWN_FILTERS.forEach(this::registerFilter);
        OWN_TESTS.forEach(this::registerExpTest);
        registerFunction(new ELFunctionDefinition(
                "", "raise_exception", TemplateFunctions.class, "raiseException", Object.class));
        registerFunction(
                new ELFunctionDefinition("", "strftime_now", TemplateFunctions.class, "strftimeNow", String.class));
        ALWAYS_DEFINED.forEach(name -> getGlobalContext().put(name, true));
    }

    private static JinjavaConfig config(Context everything) {
        return JinjavaConfig.newBuilder()
                .withLegacyOverrides(LegacyOverrides.newBuilder()
                        .withEvaluateMapKeys(true)
                        .withIterateOverMapKeys(true)
                        .withUseNaturalOperatorPrecedence(true)
                        .withParseWhitespaceControlStrictly(true)
                        .withKeepNullableLoopValues(true)
                        .withHandleBackslashInQuotesOnly(true)
                        .build())
                .withKeepTrailingNewline(true)
                .withNestedInterpretationEnabled(false)
                .withElResolver(new PythonValues())
                .withInterperterFactory(new StrictInterpreters())
                .withMaxOutputSize(PythonText.MAXIMUM_LENGTH)
                .withMaxListSize(MOST_ITEMS)
                .withMaxMapSize(MOST_ITEMS)
                .withMaxRenderDepth(DEEPEST_NESTING)
                .withDisabled(disabled(everything))
                .build();
    }

    private static Map<Library, Set<String>> disabled(Context everything) {
        Map<Library, Set<String>> disabled = new EnumMap<>(Library.class);
        disabled.put(Library.TAG, others(everything.getAllTags(), TAGS, OWN_TAGS));
        disabled.put(Library.FILTER, others(everything.getAllFilters(), FILTERS, OWN_FILTERS));
        disabled.put(Library.EXP_TEST, others(everything.getAllExpTests(), TESTS, OWN_TESTS));
        disabled.put(Library.FUNCTION, others(everything.getAllFunctions(), FUNCTIONS, List.of()));
        return disabled;
    }

    private static Set<String> others(
            Collection<? extends Importable> all, Set<String> kept, List<? extends Importable> own) {
        Set<String> others = all.stream().map(Importable::getName).collect(Collectors.toSet());
        others.removeAll(kept);
        own.forEach(replacement -> others.remove(replacement.getName()));
        return others;
    }

    @Override
    public ExpressionFactory getExpressionFactory() {
        return expressions;
    }

    /** Interpreters that print values as Python does, and stop at an error. */
    private static final class StrictInterpreters implements InterpreterFactory {

        @Override
        public JinjavaInterpreter newInstance(JinjavaInterpreter original) {
            return new StrictInterpreter(original);
        }

        @Override
        public JinjavaInterpreter newInstance(Jinjava application, Context context, JinjavaConfig config) {
            return new StrictInterpreter(application, context, config);
        }
    }

    private static final class StrictInterpreter extends JinjavaInterpreter {

        StrictInterpreter(JinjavaInterpreter original) {
            super(original);
        }

        StrictInterpreter(Jinjava application, Context context, JinjavaConfig config) {
            super(application, context, config);
        }

        /** Jinja2 stops at the first error; jinjava would go on with a value left out. */
        @Override
        public void addError(@Nullable TemplateError error) {
            if (error != null) {
                throw new RenderingStoppedException(error);
            }
        }

        @Override
        public String getAsString(@Nullable Object value) {
            return PythonText.of(value);
        }
    }
}
