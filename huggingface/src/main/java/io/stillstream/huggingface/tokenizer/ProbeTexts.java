package io.stillstream.huggingface.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Texts on which a pattern that backtracks, or a replacement that grows, shows it: long runs of each character that the
 * tokenizer's patterns name, and of those that production has, with an end that does not match.
 */
final class ProbeTexts {

    /** So long that what takes quadratic time reaches the bound of the library's regular expressions. */
    private static final int RUN = 8192;

    /** So long that what takes exponential time takes for ever, and short enough to be tried whole again and again. */
    private static final int SHORT_RUN = 40;

    private static final int MOST_CHARACTERS = 64;

    private static final String USUAL = "a A0\n!.é漢🙂\u0301\t";
    private static final List<String> ENDS = List.of("", "!", "\n", "b");

    private static final String MIXED = """
            The quick brown fox's 12,345.67 jumps — "over" the lazy dog.\r\n\tif (x <= 0) { return -1; }  // ok
            Größe, façade, naïve; Ελληνικά, русский, українська, العربية مع تشكيلٌ, עברית, हिन्दी, ภาษาไทย, 日本語と漢字カナ, 한국어, \
            中文。 👩‍🚀🙂🇩🇪 e\u0301 \u00a0\u2003\u200b ﷺ ﬁ Ⅷ ½ <|im_start|>user<|im_end|> </s> [INST] https://a.b/c?d=e&f=%20
            """;

    private static final int MIXED_TIMES = 64;

    private ProbeTexts() {}

    /** @param name what it is, for people */
    record ProbeText(String name, String text) {}

    static List<ProbeText> of(List<String> patterns) {
        List<ProbeText> texts = new ArrayList<>();
        texts.add(new ProbeText("text of many languages", MIXED.repeat(MIXED_TIMES)));
        List<String> characters = characters(patterns);
        for (int i = 0; i < characters.size(); i++) {
            String one = characters.get(i);
            String pair = one + characters.get((i + 1) % characters.size());
            for (String run : List.of(one, pair)) {
                for (String end : ENDS) {
                    texts.add(runOf(run, SHORT_RUN, end));
                }
                texts.add(runOf(run, RUN / run.length(), "!"));
            }
        }
        return texts;
    }

    private static ProbeText runOf(String what, int times, String end) {
        return new ProbeText(
                times + " times " + shown(what) + (end.isEmpty() ? "" : " and then " + shown(end)),
                what.repeat(times) + end);
    }

    private static String shown(String text) {
        StringBuilder out = new StringBuilder("'");
        text.codePoints().forEach(point -> {
            if (point >= ' ' && point < 0x7f) {
                out.appendCodePoint(point);
            } else {
                out.append(String.format(Locale.ROOT, "\\u{%x}", point));
            }
        });
        return out.append('\'').toString();
    }

    /** What is written in the patterns first: it is what they match. */
    private static List<String> characters(List<String> patterns) {
        Set<String> characters = new LinkedHashSet<>();
        patterns.forEach(pattern -> pattern.codePoints()
                .filter(point -> Character.isValidCodePoint(point) && Character.getType(point) != Character.SURROGATE)
                .mapToObj(Character::toString)
                .forEach(characters::add));
        List<String> first = new ArrayList<>(characters);
        // Letters and digits are more often what a pattern repeats than the signs of its syntax.
        first.sort((left, right) -> Boolean.compare(
                !Character.isLetterOrDigit(left.codePointAt(0)), !Character.isLetterOrDigit(right.codePointAt(0))));
        Set<String> chosen = new LinkedHashSet<>(first.subList(0, Math.min(MOST_CHARACTERS, first.size())));
        USUAL.codePoints().mapToObj(Character::toString).forEach(chosen::add);
        return List.copyOf(chosen);
    }

    /** A line for each, and an empty one. */
    static String written(List<String> patterns) {
        StringBuilder lines = new StringBuilder();
        for (String pattern : patterns) {
            if (!pattern.isEmpty()) {
                lines.append(Base64.getEncoder().encodeToString(pattern.getBytes(StandardCharsets.UTF_8)))
                        .append('\n');
            }
        }
        return lines.append('\n').toString();
    }

    /** What {@link #written} wrote. */
    static List<String> readPatterns(BufferedReader in) throws IOException {
        List<String> patterns = new ArrayList<>();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            patterns.add(new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8));
        }
        return patterns;
    }
}
