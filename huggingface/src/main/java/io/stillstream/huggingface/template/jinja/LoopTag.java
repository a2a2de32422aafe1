package io.stillstream.huggingface.template.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.util.LengthLimitingStringBuilder;
import com.hubspot.jinjava.util.ObjectTruthValue;
import io.stillstream.huggingface.template.python.LoopState;
import io.stillstream.huggingface.template.python.TemplateException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code for … in … if …} with {@code else} as in Jinja2. jinjava's own lacks the condition, and keeps variables that were set
 * in one iteration for the next.
 */
final class LoopTag implements Tag {

    private static final String ELSE = "else";
    private static final Pattern HEAD = Pattern.compile("([\\w\\s,()]+?)\\sin\\s(.+)", Pattern.DOTALL);

    @Override
    public String getName() {
        return "for";
    }

    @Override
    public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
        Matcher head = HEAD.matcher(tag.getHelpers().strip());
        if (!head.matches()) {
            throw new TemplateException("'for " + tag.getHelpers().strip() + "' is not understood");
        }
        List<String> names = Arrays.stream(head.group(1).replaceAll("[()]", "").split(","))
                .map(String::strip)
                .toList();
        LoopExpression expression = LoopExpression.parse(head.group(2));
        List<Object> items = items(interpreter.resolveELExpression(expression.items(), tag.getLineNumber()));
        String condition = expression.condition();
        List<Object> kept = condition == null ? items : kept(items, names, condition, tag, interpreter);

        int elseAt = elseAt(tag);
        List<Node> body = List.copyOf(tag.getChildren()).subList(0, elseAt);
        if (kept.isEmpty()) {
            return rendered(tag.getChildren().stream().skip(elseAt + 1L).toList(), interpreter);
        }
        LengthLimitingStringBuilder out =
                new LengthLimitingStringBuilder(interpreter.getConfig().getMaxOutputSize());
        LoopState loop = new LoopState(kept);
        while (loop.hasNext()) {
            Object item = loop.next();
            try (JinjavaInterpreter.InterpreterScopeClosable scope = interpreter.enterScope()) {
                interpreter.getContext().put("loop", loop);
                assign(names, item, interpreter);
                for (Node node : body) {
                    out.append(node.render(interpreter));
                    if (loop.isContinued()) {
                        break;
                    }
                }
            }
        }
        return out.toString();
    }

    private static List<Object> kept(
            List<Object> items, List<String> names, String condition, TagNode tag, JinjavaInterpreter interpreter) {
        List<Object> kept = new ArrayList<>();
        for (Object item : items) {
            try (JinjavaInterpreter.InterpreterScopeClosable scope = interpreter.enterScope()) {
                assign(names, item, interpreter);
                if (ObjectTruthValue.evaluate(interpreter.resolveELExpression(condition, tag.getLineNumber()))) {
                    kept.add(item);
                }
            }
        }
        return kept;
    }

    private static void assign(List<String> names, @Nullable Object item, JinjavaInterpreter interpreter) {
        if (names.size() == 1) {
            interpreter.getContext().put(names.get(0), interpreter.wrap(item));
            return;
        }
        if (!(item instanceof List<?> parts) || parts.size() != names.size()) {
            throw new TemplateException(
                    "a for block names " + names.size() + " variables for an item that has not as many");
        }
        for (int i = 0; i < names.size(); i++) {
            interpreter.getContext().put(names.get(i), interpreter.wrap(parts.get(i)));
        }
    }

    private static List<Object> items(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (value instanceof Iterable<?> several) {
            List<Object> items = new ArrayList<>();
            several.forEach(items::add);
            return items;
        }
        if (value instanceof Map<?, ?> mapping) {
            return new ArrayList<>(mapping.keySet());
        }
        if (value instanceof String text) {
            return new ArrayList<>(
                    text.codePoints().mapToObj(Character::toString).toList());
        }
        throw new TemplateException("a for block runs over a value that is no list");
    }

    private static int elseAt(TagNode tag) {
        int at = 0;
        for (Node child : tag.getChildren()) {
            if (child instanceof TagNode inner && inner.getName().equals(ELSE)) {
                return at;
            }
            at++;
        }
        return at;
    }

    private static String rendered(List<Node> nodes, JinjavaInterpreter interpreter) {
        StringBuilder out = new StringBuilder();
        nodes.forEach(node -> out.append(node.render(interpreter)));
        return out.toString();
    }
}
