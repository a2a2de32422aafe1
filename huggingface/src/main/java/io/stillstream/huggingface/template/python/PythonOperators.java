package io.stillstream.huggingface.template.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jinjava.de.odysseus.el.misc.NumberOperations;
import jinjava.de.odysseus.el.misc.TypeConverter;
import jinjava.de.odysseus.el.tree.Bindings;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.javax.el.ELContext;
import org.jspecify.annotations.Nullable;

/** Operators that do not convert their operands and reject undefined ones. */
public final class PythonOperators {

    public static final AstBinary.Operator AND = new AstBinary.Operator() {
        @Override
        public @Nullable Object eval(Bindings bindings, ELContext context, AstNode left, AstNode right) {
            Object first = left.eval(bindings, context);
            return bindings.convert(first, Boolean.class) ? right.eval(bindings, context) : first;
        }

        @Override
        public String toString() {
            return "and";
        }
    };

    public static final AstBinary.Operator ADD = new Converting("+") {
        @Override
        protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
            return sum(converter, left, right);
        }
    };

    public static final AstBinary.Operator CONCATENATE = new Converting("~") {
        @Override
        protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
            return joined(PythonText.of(left), PythonText.of(right));
        }
    };

    public static final AstBinary.Operator EQUAL = new Converting("==") {
        @Override
        protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
            return equal(left, right);
        }
    };

    public static final AstBinary.Operator UNEQUAL = new Converting("!=") {
        @Override
        protected Object apply(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
            return !equal(left, right);
        }
    };

    private PythonOperators() {}

    private static Object sum(TypeConverter converter, @Nullable Object left, @Nullable Object right) {
        if (left instanceof String first && right instanceof String second) {
            return joined(first, second);
        }
        if (left instanceof Number && right instanceof Number) {
            return NumberOperations.add(converter, left, right);
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            List<Object> both = new ArrayList<>(first);
            both.addAll(second);
            return both;
        }
        throw new TemplateException("'+' joins " + kind(left) + " and " + kind(right));
    }

    private static String joined(String first, String second) {
        if ((long) first.length() + second.length() > PythonText.MAXIMUM_LENGTH) {
            throw new TemplateException("a text grows beyond " + PythonText.MAXIMUM_LENGTH + " characters");
        }
        return first + second;
    }

    private static String kind(@Nullable Object value) {
        if (value == null) {
            return "a value that is undefined";
        }
        return value instanceof String ? "a text" : value instanceof Number ? "a number" : "another value";
    }

    private static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Number first && right instanceof Number second) {
            return Double.compare(first.doubleValue(), second.doubleValue()) == 0;
        }
        return Objects.equals(left, right);
    }

    /** An operator whose name is its sign in a template. */
    private abstract static class Converting extends AstBinary.SimpleOperator {

        private final String image;

        Converting(String image) {
            this.image = image;
        }

        @Override
        public String toString() {
            return image;
        }
    }
}
