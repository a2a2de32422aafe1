package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.jinja.Statements.Body;
import io.stillstream.huggingface.template.jinja.Statements.Target;
import io.stillstream.huggingface.template.python.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jinja2's grammar of blocks, with transformers' {@code generation}. */
final class TemplateParser {

    private static final int DEEPEST = 100;

    private final List<Segment> segments;
    private int at;
    private int depth;

    private TemplateParser(List<Segment> segments) {
        this.segments = segments;
    }

    /** @throws TemplateException when it is no template, or has a block that is not supported */
    static Body parse(String template) {
        return new TemplateParser(TemplateLexer.segments(template)).body("the template", Set.of());
    }

    /** Up to a block that is one of the ends, which is the next to be read. */
    private Body body(String block, Set<String> ends) {
        if (++depth > DEEPEST) {
            throw new TemplateException("it nests blocks deeper than " + DEEPEST);
        }
        List<Statement> statements = new ArrayList<>();
        while (at < segments.size()) {
            Segment segment = segments.get(at);
            if (segment instanceof Segment.Block given && ends.contains(keyword(given))) {
                depth--;
                return new Body(statements);
            }
            at++;
            if (segment instanceof Segment.Text text) {
                statements.add(new Statements.Text(text.text()));
            } else if (segment instanceof Segment.Output output) {
                TokenStream tokens = new TokenStream(output.tokens(), output.code());
                Expression value = new ExpressionParser(tokens).tuple(true);
                tokens.expectEnd();
                statements.add(new Statements.Print(value));
            } else if (segment instanceof Segment.Block given) {
                statements.add(statement(given));
            }
        }
        if (!ends.isEmpty()) {
            throw new TemplateException("'" + block + "' has no end; expected " + String.join(", ", ends));
        }
        depth--;
        return new Body(statements);
    }

    private static String keyword(Segment.Block block) {
        return block.tokens().get(0).text();
    }

    private Statement statement(Segment.Block block) {
        TokenStream tokens = new TokenStream(block.tokens(), block.code());
        String keyword = tokens.name();
        ExpressionParser expressions = new ExpressionParser(tokens);
        Statement statement = switch (keyword) {
            case "if" -> conditional(tokens, block.code());
            case "for" -> loop(tokens, expressions, block.code());
            case "set" -> set(tokens, expressions, block.code());
            case "macro" -> {
                String name = tokens.name();
                Macro.Parameters parameters = parameters(tokens);
                yield new Statements.DefineMacro(name, parameters, ended(tokens, block.code(), "endmacro"));
            }
            case "call" -> {
                Macro.Parameters parameters = tokens.peek().is("(") ? parameters(tokens) : Macro.Parameters.NONE;
                Expression call = expressions.expression();
                yield new Statements.CallWithBody(call, parameters, ended(tokens, block.code(), "endcall"));
            }
            case "filter" -> {
                List<Expressions.Filtered> filters = filters(tokens, true);
                yield new Statements.FilterBody(ended(tokens, block.code(), "endfilter"), filters);
            }
            case "with" -> with(tokens, expressions, block.code());
            case "generation" -> ended(tokens, block.code(), "endgeneration");
            case "break" -> new Statements.Jump(Statement.Flow.BREAK);
            case "continue" -> new Statements.Jump(Statement.Flow.CONTINUE);
            case "do" -> new Statements.Set(new Target(List.of("_"), null), expressions.tuple(true));
            default -> throw new TemplateException("the block '" + keyword + "' is not supported");
        };
        tokens.expectEnd();
        return statement;
    }

    /** The body of a block up to its end. */
    private Body ended(TokenStream tokens, String code, String end) {
        tokens.expectEnd();
        Body body = body(code, Set.of(end));
        at++;
        return body;
    }

    private Statement conditional(TokenStream first, String code) {
        List<Expression> conditions = new ArrayList<>();
        List<Body> bodies = new ArrayList<>();
        TokenStream tokens = first;
        while (true) {
            conditions.add(new ExpressionParser(tokens).tuple(true));
            tokens.expectEnd();
            bodies.add(body(code, Set.of("elif", "else", "endif")));
            Segment.Block next = (Segment.Block) segments.get(at++);
            tokens = new TokenStream(next.tokens(), next.code());
            String keyword = tokens.name();
            if (keyword.equals("else")) {
                tokens.expectEnd();
                bodies.add(body(code, Set.of("endif")));
                at++;
            }
            if (!keyword.equals("elif")) {
                return new Statements.If(conditions, bodies);
            }
        }
    }

    private Statement loop(TokenStream tokens, ExpressionParser expressions, String code) {
        Target target = target(tokens);
        tokens.expectName("in");
        Expression items = expressions.tuple(false);
        Expression condition = tokens.skipName("if") ? expressions.expression() : null;
        tokens.expectEnd();
        Body body = body(code, Set.of("else", "endfor"));
        boolean otherwise = keyword((Segment.Block) segments.get(at++)).equals("else");
        Body none = null;
        if (otherwise) {
            none = body(code, Set.of("endfor"));
            at++;
        }
        return new Statements.For(target, items, condition, body, none);
    }

    private Statement set(TokenStream tokens, ExpressionParser expressions, String code) {
        Target target = target(tokens);
        if (tokens.skip("=")) {
            return new Statements.Set(target, expressions.tuple(true));
        }
        List<Expressions.Filtered> filters = filters(tokens, false);
        return new Statements.SetBody(target, ended(tokens, code, "endset"), filters);
    }

    private Statement with(TokenStream tokens, ExpressionParser expressions, String code) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.atEnd()) {
            targets.add(new Target(List.of(tokens.name()), null));
            tokens.expect("=");
            values.add(expressions.expression());
            if (!tokens.atEnd()) {
                tokens.expect(",");
            }
        }
        return new Statements.With(targets, values, ended(tokens, code, "endwith"));
    }

    private static Target target(TokenStream tokens) {
        boolean bracket = tokens.skip("(");
        List<String> names = new ArrayList<>(List.of(tokens.name()));
        if (tokens.skip(".")) {
            return new Target(names, tokens.name());
        }
        while (tokens.skip(",")) {
            names.add(tokens.name());
        }
        if (bracket) {
            tokens.expect(")");
        }
        return new Target(names, null);
    }

    /** {@code upper | trim}: of a value that is not there yet. */
    private static List<Expressions.Filtered> filters(TokenStream tokens, boolean first) {
        List<Expressions.Filtered> filters = new ArrayList<>();
        boolean more = first || tokens.skip("|");
        while (more) {
            String name = tokens.name();
            filters.add(new Expressions.Filtered(
                    new Expressions.Literal(null),
                    name,
                    tokens.peek().is("(") ? new ExpressionParser(tokens).arguments() : ExpressionParser.none()));
            more = tokens.skip("|");
        }
        return filters;
    }

    private static Macro.Parameters parameters(TokenStream tokens) {
        List<String> names = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        tokens.expect("(");
        while (!tokens.skip(")")) {
            String name = tokens.name();
            names.add(name);
            if (tokens.skip("=")) {
                defaults.put(name, new ExpressionParser(tokens).expression());
            }
            if (!tokens.peek().is(")")) {
                tokens.expect(",");
            }
        }
        return new Macro.Parameters(names, defaults);
    }
}
