package io.stillstream.pipeline.trace;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What redaction has left of private values: how many different ones of each type. A caller may have written such a thing, too. */
final class Placeholders {

    private static final Pattern PLACEHOLDER = Pattern.compile("<([A-Z][A-Z0-9_]{0,40})_\\d{1,6}>");

    private Placeholders() {}

    static Map<String, Integer> of(Prompt prompt) {
        Map<String, String> found = new TreeMap<>();
        take(TraceTexts.of(prompt.input()), found);
        Response response = prompt.response();
        if (response != null) {
            response.message().texts().forEach(text -> take(text, found));
        }
        prompt.metadata().values().forEach(text -> take(text, found));
        Map<String, Integer> counts = new TreeMap<>();
        found.values().forEach(type -> counts.merge(type, 1, Integer::sum));
        return counts;
    }

    private static void take(String text, Map<String, String> found) {
        for (Matcher matcher = PLACEHOLDER.matcher(text); matcher.find(); ) {
            found.put(matcher.group(), matcher.group(1));
        }
    }
}
