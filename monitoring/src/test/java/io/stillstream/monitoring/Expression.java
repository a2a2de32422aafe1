package io.stillstream.monitoring;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PromQL expression of a dashboard or a rule, read just well enough to find its selectors: names that are neither
 * functions, nor keywords, nor labels of an aggregation.
 */
record Expression(String where, String text) {

    private static final Pattern LABEL_LIST =
            Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
    /** Of Grafana, such as {@code $__range_s}. */
    private static final Pattern VARIABLE = Pattern.compile("\\$\\w+");

    private static final Pattern RANGE = Pattern.compile("\\[[^\\]]*\\]");
    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)\\s*(\\{[^}]*\\})?(\\s*\\()?");
    private static final Set<String> KEYWORDS =
            Set.of("and", "or", "unless", "bool", "offset", "group_left", "group_right", "Inf", "NaN");

    /** Such as {@code stillstream_loss{term="total"}}. */
    Set<String> selectors() {
        Set<String> selectors = new LinkedHashSet<>();
        String withoutLists =
                LABEL_LIST.matcher(VARIABLE.matcher(text).replaceAll("0")).replaceAll(" ");
        Matcher matcher = SELECTOR.matcher(RANGE.matcher(withoutLists).replaceAll(" "));
        while (matcher.find()) {
            boolean function = matcher.group(3) != null;
            if (!function && !KEYWORDS.contains(matcher.group(1))) {
                String matchers = matcher.group(2);
                selectors.add(matcher.group(1) + (matchers == null ? "" : matchers));
            }
        }
        return selectors;
    }
}
