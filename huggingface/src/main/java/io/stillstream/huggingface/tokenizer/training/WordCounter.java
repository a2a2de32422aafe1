package io.stillstream.huggingface.tokenizer.training;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits texts into words as GPT-2's tokenizer does before it merges, and counts each word. */
final class WordCounter {

    /** A word with the space before it, a number, other signs, or white space. */
    private static final Pattern WORD = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private WordCounter() {}

    /** The words in the order of their first occurrence. */
    static Map<String, Integer> count(Iterable<String> texts) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String text : texts) {
            // The end of a text, spelled out in it, is the special token: no merge crosses it.
            for (String part : text.split(Pattern.quote(BytePairVocabulary.END_OF_TEXT), -1)) {
                Matcher words = WORD.matcher(part);
                while (words.find()) {
                    counts.merge(words.group(), 1, Math::addExact);
                }
            }
        }
        return counts;
    }
}
