package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.el.TruthyTypeConverter;
import java.util.Properties;
import jinjava.de.odysseus.el.ExpressionFactoryImpl;
import jinjava.de.odysseus.el.tree.TreeBuilder;
import jinjava.de.odysseus.el.tree.impl.Builder;
import jinjava.de.odysseus.el.tree.impl.Parser;

/** jinjava's expressions, parsed by {@link JinjaExpressionParser}. */
final class JinjaExpressions extends ExpressionFactoryImpl {

    JinjaExpressions() {
        super(new Properties(), new TruthyTypeConverter());
    }

    @Override
    protected TreeBuilder createTreeBuilder(Properties properties, Builder.Feature... features) {
        return new Builder(features) {
            @Override
            protected Parser createParser(String expression) {
                return new JinjaExpressionParser(this, expression);
            }
        };
    }
}
