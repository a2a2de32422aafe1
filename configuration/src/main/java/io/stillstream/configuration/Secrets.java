package io.stillstream.configuration;

import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What is shown in place of secrets. */
public final class Secrets {

    static final String MASK = "****";

    /** In a URL, what stands between {@code //} and the last {@code @} of its authority. A password may hold an @ itself. */
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^\\s/]*@");

    private static final String MASKED_USER_INFO = MASK + "@";

    private Secrets() {}

    /** The text with the user and password of every URL in it masked. */
    public static String withoutUserInfo(String text) {
        return text.contains("://") && text.indexOf('@') >= 0
                ? USER_INFO.matcher(text).replaceAll(MASKED_USER_INFO)
                : text;
    }

    /** Whether the text was shown instead of a secret. */
    static boolean isMasked(String text) {
        return text.equals(MASK) || text.contains("://" + MASKED_USER_INFO);
    }

    /** The components of a record that are secrets, or tables that may hold some; none of most records. */
    static Map<String, Predicate<String>> of(Record record) {
        return record instanceof HoldsSecrets holder ? holder.secrets() : Map.of();
    }
}
