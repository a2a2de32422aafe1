package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonSlice;
import jinjava.de.odysseus.el.tree.Bindings;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstRightValue;
import jinjava.javax.el.ELContext;
import org.jspecify.annotations.Nullable;

/** {@code value[start:stop:step]}. */
final class SliceNode extends AstRightValue {

    private final AstNode value;
    private final @Nullable AstNode start;
    private final @Nullable AstNode stop;
    private final @Nullable AstNode step;

    SliceNode(AstNode value, @Nullable AstNode start, @Nullable AstNode stop, @Nullable AstNode step) {
        this.value = value;
        this.start = start;
        this.stop = stop;
        this.step = step;
    }

    @Override
    public Object eval(Bindings bindings, ELContext context) {
        return PythonSlice.of(
                value.eval(bindings, context),
                eval(start, bindings, context),
                eval(stop, bindings, context),
                eval(step, bindings, context));
    }

    private static @Nullable Object eval(@Nullable AstNode node, Bindings bindings, ELContext context) {
        return node == null ? null : node.eval(bindings, context);
    }

    @Override
    public void appendStructure(StringBuilder out, Bindings bindings) {
        value.appendStructure(out, bindings);
        out.append("[…:…]");
    }

    @Override
    public int getCardinality() {
        return 1;
    }

    @Override
    public @Nullable AstNode getChild(int index) {
        return index == 0 ? value : null;
    }
}
