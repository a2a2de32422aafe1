package io.stillstream.producer.redaction.rules;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Locale;

/**
 * What is no secret although a rule matches it.
 *
 * @param all whether all of its kinds of conditions must hold, or any
 * @param regexes one of them must be found in the target
 * @param stopwords in small letters; one of them must be in the secret
 * @param elsewhere whether it has conditions of files or commits, which traffic never meets
 */
record Allowlist(boolean all, Target target, List<Pattern> regexes, List<String> stopwords, boolean elsewhere) {

    /** What its expressions are looked for in. */
    enum Target {
        SECRET,
        MATCH,
        LINE
    }

    Allowlist {
        regexes = List.copyOf(regexes);
        stopwords = List.copyOf(stopwords);
    }

    boolean allows(String secret, String match, String line) {
        String text = switch (target) {
            case SECRET -> secret;
            case MATCH -> match;
            case LINE -> line;
        };
        boolean byRegex = regexes.stream().anyMatch(regex -> regex.matcher(text).find());
        String small = secret.toLowerCase(Locale.ROOT);
        boolean byWord = stopwords.stream().anyMatch(small::contains);
        return all
                ? !elsewhere && (regexes.isEmpty() || byRegex) && (stopwords.isEmpty() || byWord)
                : byRegex || byWord;
    }
}
