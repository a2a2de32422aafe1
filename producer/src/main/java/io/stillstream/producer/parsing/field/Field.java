package io.stillstream.producer.parsing.field;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.stillstream.contract.rejection.RejectionCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value of a line and the place where it stands. What is asked for its value counts as read; {@link #unread} names the rest.
 * A text that holds JSON, as columns of CSV and Parquet do, is read as what it holds.
 */
public final class Field {

    private static final Pattern ELEMENT = Pattern.compile("[0-9]{1,9}");

    private final JsonNode node;
    private final @Nullable Field parent;
    /** The path of a field without a parent; otherwise the name in its parent, or the element's number in brackets. */
    private final String name;
    /** Those that are there and were asked for. A line is asked for many names that it does not have. */
    private @Nullable Map<String, Field> children;

    private @Nullable List<Field> items;
    private @Nullable Field held;
    private boolean read;

    private Field(JsonNode node, @Nullable Field parent, String name) {
        this.node = node;
        this.parent = parent;
        this.name = name;
    }

    /** The whole line. */
    public static Field line(JsonNode node) {
        return new Field(node, null, "");
    }

    /** Where it stands, as {@code messages[0].content}. */
    public String path() {
        String path = fullName();
        return path.isEmpty() ? "the line" : path;
    }

    /** The value of that name; one that is not {@link #present} where there is none. */
    public Field get(String name) {
        JsonNode child = node.isObject() ? node.get(name) : null;
        if (child == null) {
            return new Field(MissingNode.getInstance(), this, name);
        }
        if (children == null) {
            children = new HashMap<>();
        }
        return children.computeIfAbsent(name, absent -> new Field(child, this, absent));
    }

    /** The first of these names that is present; the first of them where none is. */
    public Field first(String... names) {
        for (String name : names) {
            if (has(name)) {
                return get(name);
            }
        }
        return get(names[0]);
    }

    /**
     * Those of these names that are present, in the order of the names. Costs no more than the object has fields where it has
     * none of them, as most have.
     */
    public List<Field> present(Names names) {
        if (!hasAny(names)) {
            return List.of();
        }
        List<Field> present = new ArrayList<>();
        for (String name : names.inOrder()) {
            if (has(name)) {
                present.add(get(name));
            }
        }
        return present;
    }

    private boolean hasAny(Names names) {
        for (Iterator<String> own = node.fieldNames(); own.hasNext(); ) {
            if (names.contains(own.next())) {
                return true;
            }
        }
        return false;
    }

    /** What a JSON pointer, as {@code /request/messages}, points at from here; through texts that hold JSON too. */
    public Field at(String pointer) {
        Field found = this;
        for (String token : pointer.substring(1).split("/", -1)) {
            String name = token.replace("~1", "/").replace("~0", "~");
            Field inside = found.unpacked();
            boolean element = inside.isArray() && ELEMENT.matcher(name).matches();
            List<Field> elements = element ? inside.items() : List.of();
            found = element && Integer.parseInt(name) < elements.size()
                    ? elements.get(Integer.parseInt(name))
                    : inside.get(name);
        }
        return found;
    }

    public boolean has(String name) {
        JsonNode child = node.isObject() ? node.get(name) : null;
        return child != null && !child.isNull();
    }

    /** Whether there is a value other than null. */
    public boolean present() {
        return !node.isMissingNode() && !node.isNull();
    }

    /** Whether it holds nothing: no value, null, or an empty text, array or object. */
    public boolean empty() {
        return empty(node);
    }

    public boolean isText() {
        return node.isTextual();
    }

    public boolean isArray() {
        return node.isArray();
    }

    public boolean isObject() {
        return node.isObject();
    }

    public boolean isNumber() {
        return node.isNumber();
    }

    public boolean isBoolean() {
        return node.isBoolean();
    }

    /** Whether it is the text {@code expected}; it counts as read then. */
    public boolean is(String expected) {
        boolean same = node.isTextual() && node.textValue().equals(expected);
        read |= same;
        return same;
    }

    /** The elements of an array. */
    public List<Field> items() {
        if (items == null) {
            List<Field> elements = new ArrayList<>();
            if (node.isArray()) {
                node.forEach(element -> elements.add(new Field(element, this, "[" + elements.size() + ']')));
            }
            items = elements;
        }
        return items;
    }

    /** The names of an object's fields. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** The text that must stand here. */
    public String text() {
        if (!node.isTextual()) {
            throw invalid("a string");
        }
        read = true;
        return node.textValue();
    }

    public @Nullable String optionalText() {
        return present() ? text() : null;
    }

    /** A string, or a number as text; null where there is none or it is blank. */
    public @Nullable String optionalScalar() {
        if (!present()) {
            return null;
        }
        if (!node.isTextual() && !node.isNumber()) {
            throw invalid("a string or a number");
        }
        read = true;
        String text = node.asText();
        return text.isBlank() ? null : text;
    }

    public boolean isTrue() {
        read |= node.isBoolean();
        return node.isBoolean() && node.booleanValue();
    }

    public boolean isFalse() {
        read |= node.isBoolean();
        return node.isBoolean() && !node.booleanValue();
    }

    /** A whole number from 0; {@code otherwise} where there is none. */
    public int index(int otherwise) {
        if (!present()) {
            return otherwise;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            throw invalid("a whole number from 0");
        }
        read = true;
        return node.intValue();
    }

    /** The number's value; NaN where it is no number. */
    public double number() {
        read |= node.isNumber();
        return node.isNumber() ? node.doubleValue() : Double.NaN;
    }

    /** What a text says, without counting it as read; empty for anything else. */
    public String peek() {
        return node.isTextual() ? node.textValue() : "";
    }

    /** All of it as JSON text. */
    public String json() {
        read = true;
        return node.toString();
    }

    /** All of it, to be read no further. */
    public JsonNode whole() {
        read = true;
        return node;
    }

    /** Text as it is, anything else as JSON text. */
    public String anyText() {
        read = true;
        return node.isValueNode() ? node.asText() : node.toString();
    }

    /** The same place with a value that was put together from what was read here. */
    public Field besides(JsonNode value) {
        return new Field(value, null, fullName());
    }

    /** The same place with another value in it, which stands for all that was here. */
    public Field replacedBy(JsonNode value) {
        Field other = new Field(value, null, fullName());
        held = other;
        return other;
    }

    /**
     * What a text holds where it is the JSON of an object or an array; otherwise this.
     *
     * @throws InvalidFieldException when such JSON holds half a surrogate pair
     */
    public Field unpacked() {
        if (held != null) {
            return held;
        }
        JsonNode parsed = node.isTextual() ? structure(node.textValue().strip()) : null;
        if (parsed == null) {
            return this;
        }
        if (!StrictJson.encodable(parsed, node.textValue())) {
            throw new InvalidFieldException(
                    RejectionCode.INVALID_UTF8, path() + " escapes half a surrogate pair, which UTF-8 cannot hold");
        }
        return replacedBy(parsed);
    }

    private static @Nullable JsonNode structure(String text) {
        if (!text.startsWith("{") && !text.startsWith("[")) {
            return null;
        }
        try {
            return StrictJson.parse(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Counts it as read although it is of no use. */
    public void ignore() {
        read = true;
    }

    /** Counts the fields of these names as read although they are of no use. */
    public void ignore(Collection<String> names) {
        if (node.isObject()) {
            node.fieldNames().forEachRemaining(name -> {
                if (names.contains(name)) {
                    get(name).ignore();
                }
            });
        }
    }

    public InvalidFieldException invalid(String expected) {
        return new InvalidFieldException(path() + " is " + kind() + "; expected " + expected);
    }

    public InvalidFieldException unsupported(String what) {
        return new InvalidFieldException(
                RejectionCode.UNSUPPORTED_CONTENT, path() + " is " + what + ", which no text stands for");
    }

    /** What it is, for people: {@code null}, {@code an empty string}, {@code a number}. */
    public String kind() {
        if (node.isTextual()) {
            return node.textValue().isEmpty() ? "an empty string" : "a string";
        }
        return switch (node.getNodeType()) {
            case MISSING -> "missing";
            case NULL -> "null";
            case ARRAY -> node.isEmpty() ? "an empty array" : "an array";
            case OBJECT -> node.isEmpty() ? "an empty object" : "an object";
            case BOOLEAN -> "a boolean";
            case NUMBER -> "a number";
            default -> "of an unknown kind";
        };
    }

    /** Names what holds a value and was not read: a field of which nothing was read by its own name, others by their parts'. */
    public void unread(Consumer<String> found) {
        if (read || empty()) {
            return;
        }
        if (held != null) {
            held.unread(found);
        } else if (!isLine() && !touched()) {
            found.accept(fullName());
        } else if (node.isObject()) {
            node.fieldNames().forEachRemaining(name -> get(name).unread(found));
        } else {
            items().forEach(item -> item.unread(found));
        }
    }

    private boolean touched() {
        return read
                || (held != null && held.touched())
                || (children != null && children.values().stream().anyMatch(Field::touched))
                || (items != null && items.stream().anyMatch(Field::touched));
    }

    private boolean isLine() {
        return parent == null && name.isEmpty();
    }

    private String fullName() {
        if (parent == null) {
            return name;
        }
        String before = parent.fullName();
        return before.isEmpty() || name.startsWith("[") ? before + name : before + '.' + name;
    }

    private static boolean empty(JsonNode node) {
        return node.isMissingNode()
                || node.isNull()
                || (node.isTextual() && node.textValue().isEmpty())
                || (node.isContainerNode() && node.isEmpty());
    }
}
