package io.stillstream.producer.redaction.rules;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Locale;

/**
 * What to look for.
 *
 * @param id its name, which is also what a placeholder is made of
 * @param secretGroup which group of the expression is the secret; 0 for the first that matched anything, or all where there is none
 * @param entropy how many bits a character the secret must have more than; 0 for any
 * @param keywords in small letters; where there are some, one of them must be in the text
 * @param allowlists what is no secret although it matches
 */
record Rule(
        String id, Pattern regex, int secretGroup, double entropy, List<String> keywords, List<Allowlist> allowlists) {

    Rule {
        keywords = List.copyOf(keywords);
        allowlists = List.copyOf(allowlists);
    }

    /** The rule's name as a type of placeholders has it: {@code acme-badge} is {@code ACME_BADGE}. */
    String type() {
        String type = id.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_").replaceAll("^[^A-Z]+|_+$", "");
        return type.isEmpty() ? "RULE" : type;
    }
}
