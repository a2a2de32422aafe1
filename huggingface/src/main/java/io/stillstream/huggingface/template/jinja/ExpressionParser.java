package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.jinja.Expressions.ArgumentList;
import io.stillstream.huggingface.template.jinja.Expressions.Arithmetic;
import io.stillstream.huggingface.template.jinja.Expressions.Attribute;
import io.stillstream.huggingface.template.jinja.Expressions.Call;
import io.stillstream.huggingface.template.jinja.Expressions.Comparison;
import io.stillstream.huggingface.template.jinja.Expressions.Concatenation;
import io.stillstream.huggingface.template.jinja.Expressions.Conditional;
import io.stillstream.huggingface.template.jinja.Expressions.Either;
import io.stillstream.huggingface.template.jinja.Expressions.Filtered;
import io.stillstream.huggingface.template.jinja.Expressions.Item;
import io.stillstream.huggingface.template.jinja.Expressions.ListOf;
import io.stillstream.huggingface.template.jinja.Expressions.Literal;
import io.stillstream.huggingface.template.jinja.Expressions.MappingOf;
import io.stillstream.huggingface.template.jinja.Expressions.Name;
import io.stillstream.huggingface.template.jinja.Expressions.Negation;
import io.stillstream.huggingface.template.jinja.Expressions.Not;
import io.stillstream.huggingface.template.jinja.Expressions.Slice;
import io.stillstream.huggingface.template.jinja.Expressions.Tested;
import io.stillstream.huggingface.template.python.PythonOperators;
import io.stillstream.huggingface.template.python.TemplateException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jinja2's grammar of expressions; a method for each level of precedence, the weakest first. */
final class ExpressionParser {

    /** Of a number that is written in a template. */
    private static final int MOST_DIGITS = 1000;

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> WEAK = Set.of("+", "-");
    private static final Set<String> STRONG = Set.of("*", "/", "//", "%");
    private static final Set<String> AFTER_TEST = Set.of("else", "or", "and", "is", "if", "not");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between them, which make a list. */
    Expression tuple(boolean conditional) {
        Expression first = conditional ? expression() : or();
        if (!tokens.peek().is(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skip(",")
                && !tokens.atEnd()
                && !tokens.peek().is(")")
                && !tokens.peek().is("=")) {
            items.add(conditional ? expression() : or());
        }
        return new ListOf(items);
    }

    Expression expression() {
        tokens.enter();
        Expression value = or();
        while (tokens.skipName("if")) {
            Expression condition = or();
            value = new Conditional(condition, value, tokens.skipName("else") ? expression() : null);
        }
        tokens.leave();
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.skipName("or")) {
            left = new Either(true, left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.skipName("and")) {
            left = new Either(false, left, not());
        }
        return left;
    }

    private Expression not() {
        if (!tokens.peek().isName("not")) {
            return comparison();
        }
        tokens.next();
        tokens.enter();
        Expression value = new Not(not());
        tokens.leave();
        return value;
    }

    private Expression comparison() {
        List<Expression> operands = new ArrayList<>(List.of(sum()));
        List<String> operators = new ArrayList<>();
        while (true) {
            if (COMPARISONS.contains(tokens.peek().text()) && tokens.peek().kind() == Token.Kind.OPERATOR) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (tokens.peek().isName("not") && tokens.peekNext().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                return operators.isEmpty() ? operands.get(0) : new Comparison(operands, operators);
            }
            operands.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (isOperator(WEAK)) {
            left = new Arithmetic(tokens.next().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!tokens.peek().is("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skip("~")) {
            parts.add(product());
        }
        return new Concatenation(parts);
    }

    private Expression product() {
        Expression left = power();
        while (isOperator(STRONG)) {
            left = new Arithmetic(tokens.next().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (tokens.skip("**")) {
            left = new Arithmetic("**", left, unary(true));
        }
        return left;
    }

    private boolean isOperator(Set<String> operators) {
        return tokens.peek().kind() == Token.Kind.OPERATOR
                && operators.contains(tokens.peek().text());
    }

    private Expression unary(boolean filtered) {
        tokens.enter();
        Expression value;
        if (tokens.skip("-")) {
            value = new Negation(unary(false));
        } else if (tokens.skip("+")) {
            value = new Arithmetic("+", new Literal(0L), unary(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        tokens.leave();
        return filtered ? filters(value) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> named(token.text());
            case TEXT -> text(token);
            case INTEGER -> new Literal(integer(token.text()));
            case FLOAT -> new Literal(Double.valueOf(token.text()));
            case OPERATOR, END -> bracketed(token);
        };
    }

    /** Adjacent literals are one. */
    private Expression text(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (tokens.peek().kind() == Token.Kind.TEXT) {
            text.append(tokens.next().text());
        }
        return new Literal(text.toString());
    }

    private static Object integer(String digits) {
        if (digits.length() > MOST_DIGITS) {
            throw new TemplateException("a number has " + digits.length() + " digits; expected at most " + MOST_DIGITS);
        }
        return PythonOperators.integer(new BigInteger(digits));
    }

    private static Expression named(String name) {
        return switch (name) {
            case "true", "True" -> new Literal(true);
            case "false", "False" -> new Literal(false);
            case "none", "None" -> new Literal(null);
            default -> new Name(name);
        };
    }

    private Expression bracketed(Token open) {
        if (open.is("(")) {
            if (tokens.skip(")")) {
                return new ListOf(List.of());
            }
            Expression value = tuple(true);
            tokens.expect(")");
            return value;
        }
        if (open.is("[")) {
            List<Expression> items = new ArrayList<>();
            while (!tokens.skip("]")) {
                items.add(expression());
                if (!tokens.peek().is("]")) {
                    tokens.expect(",");
                }
            }
            return new ListOf(items);
        }
        if (!open.is("{")) {
            throw tokens.unexpected("a value before it");
        }
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skip("}")) {
            keys.add(expression());
            tokens.expect(":");
            values.add(expression());
            if (!tokens.peek().is("}")) {
                tokens.expect(",");
            }
        }
        return new MappingOf(keys, values);
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (tokens.skip(".")) {
                value = tokens.peek().kind() == Token.Kind.INTEGER
                        ? new Item(value, primary())
                        : new Attribute(value, tokens.name());
            } else if (tokens.skip("[")) {
                value = subscript(value);
            } else if (tokens.peek().is("(")) {
                value = new Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression value) {
        Expression start = tokens.peek().is(":") ? null : expression();
        if (start != null && tokens.skip("]")) {
            return new Item(value, start);
        }
        tokens.expect(":");
        Expression stop = bound();
        Expression step = tokens.skip(":") ? bound() : null;
        tokens.expect("]");
        return new Slice(value, start, stop, step);
    }

    private @Nullable Expression bound() {
        return tokens.peek().is(":") || tokens.peek().is("]") ? null : expression();
    }

    private Expression filters(Expression start) {
        Expression value = start;
        while (true) {
            if (tokens.skip("|")) {
                String name = dotted();
                value = new Filtered(value, name, tokens.peek().is("(") ? arguments() : none());
            } else if (tokens.skipName("is")) {
                value = test(value);
            } else if (tokens.peek().is("(")) {
                value = new Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression test(Expression value) {
        boolean negated = tokens.skipName("not");
        String name = dotted();
        ArgumentList arguments = none();
        if (tokens.peek().is("(")) {
            arguments = arguments();
        } else if (startsValue(tokens.peek())) {
            arguments = new ArgumentList(List.of(postfix(primary())), Map.of());
        }
        Expression test = new Tested(value, name, arguments);
        return negated ? new Not(test) : test;
    }

    private static boolean startsValue(Token token) {
        return switch (token.kind()) {
            case NAME -> !AFTER_TEST.contains(token.text()) && !token.text().equals("in");
            case TEXT, INTEGER, FLOAT -> true;
            default -> token.is("[") || token.is("{");
        };
    }

    private String dotted() {
        StringBuilder name = new StringBuilder(tokens.name());
        while (tokens.skip(".")) {
            name.append('.').append(tokens.name());
        }
        return name.toString();
    }

    ArgumentList arguments() {
        tokens.expect("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.skip(")")) {
            if (tokens.peek().kind() == Token.Kind.NAME && tokens.peekNext().is("=")) {
                String name = tokens.name();
                tokens.expect("=");
                named.put(name, expression());
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.unexpected("a named argument");
            }
            if (!tokens.peek().is(")")) {
                tokens.expect(",");
            }
        }
        return new ArgumentList(positional, named);
    }

    static ArgumentList none() {
        return new ArgumentList(List.of(), Map.of());
    }
}
