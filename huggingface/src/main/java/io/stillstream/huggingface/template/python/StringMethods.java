package io.stillstream.huggingface.template.python;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str} that chat templates call. */
public final class StringMethods {

    private static final String LINE_ENDS = "\r\n|[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]";

    private static final Set<String> NAMES = Set.of(
            "strip",
            "lstrip",
            "rstrip",
            "startswith",
            "endswith",
            "removeprefix",
            "removesuffix",
            "upper",
            "lower",
            "capitalize",
            "title",
            "replace",
            "split",
            "rsplit",
            "splitlines",
            "join",
            "find",
            "rfind",
            "count",
            "isdigit",
            "isspace",
            "encode",
            "format");

    private StringMethods() {}

    public static boolean has(String name) {
        return NAMES.contains(name);
    }

    /** @throws TemplateException for any other method, or for arguments that it does not take */
    public static Object call(String text, String method, Object... arguments) {
        return switch (method) {
            case "strip" -> strip(text, true, true, characters(arguments));
            case "lstrip" -> strip(text, true, false, characters(arguments));
            case "rstrip" -> strip(text, false, true, characters(arguments));
            case "startswith" -> affixes(arguments).stream().anyMatch(text::startsWith);
            case "endswith" -> affixes(arguments).stream().anyMatch(text::endsWith);
            case "removeprefix" ->
                text.startsWith(text(arguments, 0))
                        ? text.substring(text(arguments, 0).length())
                        : text;
            case "removesuffix" ->
                text.endsWith(text(arguments, 0))
                        ? text.substring(0, text.length() - text(arguments, 0).length())
                        : text;
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" -> capitalised(text);
            case "title" -> titled(text);
            case "replace" -> replaced(text, text(arguments, 0), text(arguments, 1), limit(arguments, 2));
            case "split" -> split(text, arguments.length == 0 ? null : text(arguments, 0), limit(arguments, 1));
            case "rsplit" -> splitFromEnd(text, text(arguments, 0), limit(arguments, 1));
            case "splitlines" -> lines(text);
            case "join" -> joined(text, arguments);
            case "find" -> (long) characterIndex(text, text.indexOf(text(arguments, 0)));
            case "rfind" -> (long) characterIndex(text, text.lastIndexOf(text(arguments, 0)));
            case "count" -> (long) split(text, text(arguments, 0), -1).size() - 1;
            case "isdigit" -> !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
            case "isspace" -> !text.isEmpty() && Whitespace.isAll(text);
            default -> throw new TemplateException("the method '" + method + "' of a text is not supported");
        };
    }

    private static String strip(String text, boolean start, boolean end, IntPredicate stripped) {
        int[] characters = text.codePoints().toArray();
        int from = 0;
        int to = characters.length;
        while (start && from < to && stripped.test(characters[from])) {
            from++;
        }
        while (end && to > from && stripped.test(characters[to - 1])) {
            to--;
        }
        return new String(characters, from, to - from);
    }

    private static IntPredicate characters(Object[] arguments) {
        if (arguments.length == 0) {
            return Whitespace::is;
        }
        BitSet set = new BitSet();
        text(arguments, 0).codePoints().forEach(set::set);
        return set::get;
    }

    private static List<String> affixes(Object[] arguments) {
        if (arguments.length == 1 && arguments[0] instanceof List<?> several) {
            return several.stream().map(String::valueOf).toList();
        }
        return List.of(text(arguments, 0));
    }

    private static String capitalised(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String titled(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            out.append(inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titleCase(c));
            inWord = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
        }
        return out.toString();
    }

    /** A ligature becomes several letters, of which the first is a capital one. */
    private static String titleCase(int c) {
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        if (Character.toTitleCase(c) != c || upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(Character.toTitleCase(c));
        }
        int first = upper.offsetByCodePoints(0, 1);
        return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String replaced(String text, String what, String with, int limit) {
        if (what.isEmpty()) {
            throw new TemplateException("an empty text is replaced");
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        int count = 0;
        for (int next = text.indexOf(what); next >= 0 && (limit < 0 || count < limit); count++) {
            PythonText.requireLength((long) out.length() + next - from + with.length());
            out.append(text, from, next).append(with);
            from = next + what.length();
            next = text.indexOf(what, from);
        }
        PythonText.requireLength((long) out.length() + text.length() - from);
        return out.append(text, from, text.length()).toString();
    }

    private static List<String> split(String text, @Nullable String separator, int limit) {
        return separator == null ? words(text, limit) : parts(text, separator, limit);
    }

    private static List<String> parts(String text, String separator, int limit) {
        requireSeparator(separator);
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int next = text.indexOf(separator); next >= 0 && (limit < 0 || parts.size() < limit); ) {
            PythonValues.requireItems(parts.size() + 1L);
            parts.add(text.substring(from, next));
            from = next + separator.length();
            next = text.indexOf(separator, from);
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<String> words(String text, int limit) {
        List<String> words = new ArrayList<>();
        int from = wordStart(text, 0);
        while (from < text.length()) {
            boolean last = limit >= 0 && words.size() == limit;
            int end = last ? text.length() : from;
            while (end < text.length() && !Whitespace.is(text.charAt(end))) {
                end++;
            }
            PythonValues.requireItems(words.size() + 1L);
            words.add(text.substring(from, end));
            from = wordStart(text, end);
        }
        return words;
    }

    private static int wordStart(String text, int from) {
        int start = from;
        while (start < text.length() && Whitespace.is(text.charAt(start))) {
            start++;
        }
        return start;
    }

    private static List<String> splitFromEnd(String text, String separator, int limit) {
        requireSeparator(separator);
        List<String> parts = new ArrayList<>();
        int end = text.length();
        for (int last = text.lastIndexOf(separator); last >= 0 && (limit < 0 || parts.size() < limit); ) {
            PythonValues.requireItems(parts.size() + 1L);
            parts.add(text.substring(last + separator.length(), end));
            end = last;
            last = text.lastIndexOf(separator, end - separator.length());
        }
        parts.add(text.substring(0, end));
        Collections.reverse(parts);
        return parts;
    }

    private static void requireSeparator(String separator) {
        if (separator.isEmpty()) {
            throw new TemplateException("a text is split at an empty separator");
        }
    }

    public static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(Arrays.asList(text.split(LINE_ENDS, -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    private static String joined(String separator, Object[] arguments) {
        if (arguments.length != 1) {
            throw new TemplateException("the method 'join' expects a list");
        }
        StringBuilder out = new StringBuilder();
        String before = "";
        for (Object item : PythonValues.items(arguments[0])) {
            if (!(item instanceof String text)) {
                throw new TemplateException("the method 'join' is given " + PythonValues.kind(item) + ", no text");
            }
            PythonText.requireLength((long) out.length() + before.length() + text.length());
            out.append(before).append(text);
            before = separator;
        }
        return out.toString();
    }

    private static int characterIndex(String text, int index) {
        return index < 0 ? -1 : text.codePointCount(0, index);
    }

    private static String text(Object[] arguments, int index) {
        if (index < arguments.length && arguments[index] instanceof String text) {
            return text;
        }
        throw new TemplateException("a method of a text expects a text as argument " + (index + 1));
    }

    private static int limit(Object[] arguments, int index) {
        if (index >= arguments.length) {
            return -1;
        }
        if (arguments[index] instanceof Number limit) {
            return limit.intValue();
        }
        throw new TemplateException("a method of a text expects a number as argument " + (index + 1));
    }
}
