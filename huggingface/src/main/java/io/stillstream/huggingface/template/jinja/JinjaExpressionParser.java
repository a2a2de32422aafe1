package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.el.ext.ExtendedParser;
import com.hubspot.jinjava.el.ext.NamedParameterOperator;
import com.hubspot.jinjava.el.ext.StringConcatOperator;
import io.stillstream.huggingface.template.python.PythonOperators;
import java.util.ArrayList;
import java.util.List;
import jinjava.de.odysseus.el.tree.impl.Builder;
import jinjava.de.odysseus.el.tree.impl.Scanner.ScanException;
import jinjava.de.odysseus.el.tree.impl.Scanner.Symbol;
import jinjava.de.odysseus.el.tree.impl.ast.AstBinary;
import jinjava.de.odysseus.el.tree.impl.ast.AstBracket;
import jinjava.de.odysseus.el.tree.impl.ast.AstDot;
import jinjava.de.odysseus.el.tree.impl.ast.AstNode;
import jinjava.de.odysseus.el.tree.impl.ast.AstParameters;
import jinjava.de.odysseus.el.tree.impl.ast.AstString;
import jinjava.de.odysseus.el.tree.impl.ast.AstUnary;
import org.jspecify.annotations.Nullable;

/**
 * Parses expressions as Jinja2 does where jinjava's parser differs: {@code not} binds weaker than comparisons, {@code and}
 * returns an operand, {@code +} and {@code ==} do not convert, slices have a step, adjacent literals are joined, a list may
 * end in a comma, and reading an attribute of an undefined value is an error.
 */
final class JinjaExpressionParser extends ExtendedParser {

    JinjaExpressionParser(Builder context, String input) {
        super(context, input);
        putExtensionHandler(StringConcatOperator.TOKEN, new ExtensionHandler(ExtensionPoint.ADD) {
            @Override
            public AstNode createAstNode(AstNode... children) {
                return createAstBinary(children[0], children[1], PythonOperators.CONCATENATE);
            }
        });
    }

    @Override
    protected @Nullable AstNode and(boolean required) throws ScanException, ParseException {
        AstNode left = not(required);
        while (left != null && getToken().getSymbol() == Symbol.AND) {
            consumeToken();
            left = createAstBinary(left, not(true), PythonOperators.AND);
        }
        return left;
    }

    private @Nullable AstNode not(boolean required) throws ScanException, ParseException {
        if (getToken().getSymbol() == Symbol.NOT) {
            consumeToken();
            return createAstUnary(not(true), AstUnary.NOT);
        }
        return eq(required);
    }

    @Override
    protected @Nullable AstNode eq(boolean required) throws ScanException, ParseException {
        AstNode left = cmp(required);
        while (left != null
                && (getToken().getSymbol() == Symbol.EQ || getToken().getSymbol() == Symbol.NE)) {
            Symbol operator = consumeToken().getSymbol();
            left = createAstBinary(
                    left, cmp(true), operator == Symbol.EQ ? PythonOperators.EQUAL : PythonOperators.UNEQUAL);
        }
        return left;
    }

    @Override
    protected @Nullable AstNode add(boolean required) throws ScanException, ParseException {
        AstNode left = mul(required);
        while (left != null) {
            if (getToken().getSymbol() == Symbol.PLUS) {
                consumeToken();
                left = createAstBinary(left, mul(true), PythonOperators.ADD);
            } else if (getToken().getSymbol() == Symbol.MINUS) {
                consumeToken();
                left = createAstBinary(left, mul(true), AstBinary.SUB);
            } else if (getToken().getSymbol() == Symbol.EXTENSION
                    && getExtensionHandler(getToken()).getExtensionPoint() == ExtensionPoint.ADD) {
                left = getExtensionHandler(consumeToken()).createAstNode(left, mul(true));
            } else {
                return left;
            }
        }
        return null;
    }

    @Override
    protected @Nullable AstNode value() throws ScanException, ParseException {
        AstNode value = nonliteral();
        boolean lvalue = value != null;
        if (value == null) {
            value = literal();
        }
        while (value != null) {
            if (getToken().getSymbol() == Symbol.DOT) {
                consumeToken();
                String name = consumeToken(Symbol.IDENTIFIER).getImage();
                AstDot dot = createAstDot(value, name, lvalue);
                value = getToken().getSymbol() == Symbol.LPAREN ? createAstMethod(dot, params()) : dot;
            } else if (getToken().getSymbol() == Symbol.LBRACK) {
                consumeToken();
                value = bracket(value, lvalue);
            } else {
                return value;
            }
        }
        return null;
    }

    private AstNode bracket(AstNode value, boolean lvalue) throws ScanException, ParseException {
        AstNode first = expr(false);
        if (getToken().getSymbol() != Symbol.COLON) {
            consumeToken(Symbol.RBRACK);
            if (first == null) {
                fail("an index");
            }
            return createAstBracket(value, first, lvalue, true);
        }
        consumeToken();
        AstNode stop = expr(false);
        AstNode step = null;
        if (getToken().getSymbol() == Symbol.COLON) {
            consumeToken();
            step = expr(false);
        }
        consumeToken(Symbol.RBRACK);
        return new SliceNode(new RequiredNode(value), first, stop, step);
    }

    @Override
    protected @Nullable AstNode literal() throws ScanException, ParseException {
        if (getToken().getSymbol() != Symbol.STRING) {
            return super.literal();
        }
        StringBuilder text = new StringBuilder();
        while (getToken().getSymbol() == Symbol.STRING) {
            text.append(consumeToken().getImage());
        }
        return new AstString(text.toString());
    }

    @Override
    protected AstParameters params(Symbol left, Symbol right) throws ScanException, ParseException {
        consumeToken(left);
        List<AstNode> nodes = new ArrayList<>();
        AstNode node = parameter();
        while (node != null) {
            nodes.add(node);
            if (getToken().getSymbol() != Symbol.COMMA) {
                break;
            }
            consumeToken();
            node = parameter();
        }
        consumeToken(right);
        return createAstParameters(nodes);
    }

    /** jinjava would take {@code x=a + b} for {@code (x=a) + b}. */
    private @Nullable AstNode parameter() throws ScanException, ParseException {
        if (getToken().getSymbol() != Symbol.IDENTIFIER || lookahead(0) != NamedParameterOperator.TOKEN) {
            return expr(false);
        }
        AstNode name = identifier(consumeToken().getImage());
        consumeToken();
        return NamedParameterOperator.HANDLER.createAstNode(name, expr(true));
    }

    @Override
    protected AstDot createAstDot(AstNode base, String property, boolean lvalue) {
        return super.createAstDot(new RequiredNode(base), property, lvalue);
    }

    @Override
    protected AstBracket createAstBracket(AstNode base, AstNode property, boolean lvalue, boolean strict) {
        return super.createAstBracket(new RequiredNode(base), property, lvalue, strict);
    }
}
