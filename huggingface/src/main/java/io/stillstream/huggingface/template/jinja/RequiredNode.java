package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.TemplateException;
import jinjava.de.odysseus.el.tree.Bindings;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstRightValue;
import jinjava.javax.el.ELContext;
import org.jspecify.annotations.Nullable;

/** A value that must be defined because an attribute of it is read. jinjava by itself would give an undefined value. */
final class RequiredNode extends AstRightValue {

    private final AstNode node;

    RequiredNode(AstNode node) {
        this.node = node;
    }

    @Override
    public Object eval(Bindings bindings, ELContext context) {
        Object value = node.eval(bindings, context);
        if (value == null) {
            throw new TemplateException(missing(node.getStructuralId(bindings)));
        }
        return value;
    }

    private static String missing(String expression) {
        if (expression.startsWith(JinjaExpressionParser.FILTER_PREFIX)) {
            return "the filter '" + expression.substring(JinjaExpressionParser.FILTER_PREFIX.length()) + "' is unknown";
        }
        if (expression.startsWith(JinjaExpressionParser.EXPTEST_PREFIX)) {
            return "the test '" + expression.substring(JinjaExpressionParser.EXPTEST_PREFIX.length()) + "' is unknown";
        }
        return "'" + expression + "' is undefined";
    }

    @Override
    public void appendStructure(StringBuilder out, Bindings bindings) {
        node.appendStructure(out, bindings);
    }

    @Override
    public int getCardinality() {
        return 1;
    }

    @Override
    public @Nullable AstNode getChild(int index) {
        return index == 0 ? node : null;
    }
}
