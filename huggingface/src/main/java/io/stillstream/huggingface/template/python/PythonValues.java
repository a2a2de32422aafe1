package io.stillstream.huggingface.template.python;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.beans.FeatureDescriptor;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELException;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;

/**
 * Resolves what a template reads from a value or calls on it: the items and methods that Python's texts, lists and mappings
 * have. No Java method or property is ever looked up by name, so that a template cannot reach beyond its data.
 */
public final class PythonValues extends ELResolver {

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, Object property) {
        context.setPropertyResolved(true);
        String name = String.valueOf(property);
        if (base instanceof Map<?, ?> mapping) {
            return mapping.get(name);
        }
        if (base instanceof ForLoop loop) {
            return loopValue(loop, name);
        }
        Integer index = index(name);
        return index == null ? null : item(base, index);
    }

    /** {@code base[index]}; null where there is no such item. */
    static @Nullable Object item(@Nullable Object base, int index) {
        if (base instanceof List<?> list) {
            int at = index < 0 ? index + list.size() : index;
            return at >= 0 && at < list.size() ? list.get(at) : null;
        }
        if (base instanceof String text) {
            int[] characters = text.codePoints().toArray();
            int at = index < 0 ? index + characters.length : index;
            return at >= 0 && at < characters.length ? Character.toString(characters[at]) : null;
        }
        return null;
    }

    @Override
    public @Nullable Object invoke(
            ELContext context,
            @Nullable Object base,
            Object method,
            Class<?> @Nullable [] types,
            Object @Nullable [] parameters) {
        context.setPropertyResolved(true);
        Object[] arguments = parameters == null ? new Object[0] : parameters;
        String name = String.valueOf(method);
        try {
            if (base instanceof Filter filter) {
                return filter(filter, arguments);
            }
            if (base instanceof ExpTest test) {
                return test(test, name, arguments);
            }
            if (base instanceof String text) {
                return StringMethods.call(text, name, arguments);
            }
            if (base instanceof Map<?, ?> mapping) {
                return mappingMethod(mapping, name, arguments);
            }
            if (base instanceof ForLoop loop && name.equals("cycle") && arguments.length > 0) {
                return arguments[loop.getIndex0() % arguments.length];
            }
        } catch (IllegalArgumentException e) {
            // jinjava would treat it as an undefined value.
            throw new ELException("'" + name + "' failed: " + e.getMessage(), e);
        }
        throw new TemplateException("the method '" + name + "' is not supported");
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Object filter(Filter filter, Object[] arguments) {
        return filter.filter(
                arguments[0], (JinjavaInterpreter) arguments[1], (Object[]) arguments[2], (Map<String, Object>)
                        arguments[3]);
    }

    private static boolean test(ExpTest test, String method, Object[] arguments) {
        boolean holds = test.evaluate(
                arguments[0], (JinjavaInterpreter) arguments[1], Arrays.copyOfRange(arguments, 2, arguments.length));
        return method.equals("evaluateNegated") != holds;
    }

    private static @Nullable Object mappingMethod(Map<?, ?> mapping, String method, Object[] arguments) {
        return switch (method) {
            case "items" -> items(mapping);
            case "keys" -> List.copyOf(mapping.keySet());
            case "values" -> Arrays.asList(mapping.values().toArray());
            case "get" -> {
                Object value = mapping.get(arguments[0]);
                yield value != null || arguments.length < 2 ? value : arguments[1];
            }
            default -> throw new TemplateException("the method '" + method + "' of a mapping is not supported");
        };
    }

    /** Pairs of key and value. */
    static List<?> items(Map<?, ?> mapping) {
        return mapping.entrySet().stream()
                .map(entry -> Arrays.asList(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static @Nullable Object loopValue(ForLoop loop, String name) {
        return switch (name) {
            case "index" -> (long) loop.getIndex();
            case "index0" -> (long) loop.getIndex0();
            case "revindex" -> (long) loop.getRevindex();
            case "revindex0" -> (long) loop.getRevindex0();
            case "length" -> (long) loop.getLength();
            case "first" -> loop.isFirst();
            case "last" -> loop.isLast();
            case "cycle" -> null;
            case "previtem" -> loop instanceof LoopState state ? state.previous() : null;
            case "nextitem" -> loop instanceof LoopState state ? state.following() : null;
            default -> throw new TemplateException("loop." + name + " is not supported");
        };
    }

    private static @Nullable Integer index(String name) {
        try {
            return Integer.valueOf(name);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Override
    public boolean isReadOnly(ELContext context, @Nullable Object base, Object property) {
        return true;
    }

    @Override
    public void setValue(ELContext context, @Nullable Object base, Object property, Object value) {
        throw new TemplateException("values cannot be changed");
    }

    @Override
    public @Nullable Class<?> getType(ELContext context, @Nullable Object base, Object property) {
        return null;
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
        return Object.class;
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, @Nullable Object base) {
        return Collections.emptyIterator();
    }
}
