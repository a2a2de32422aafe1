package io.stillstream.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a user probably meant by a name that does not exist. */
public final class NearestName {

    /** A name further away than this share of its length is no likely typing error. */
    private static final double FURTHEST = 0.5;

    private NearestName() {}

    /** The most similar of the known names; empty where none is similar. */
    public static Optional<String> of(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(candidate ->
                        distance(name, candidate) <= FURTHEST * Math.max(name.length(), candidate.length()));
    }

    /** @param section where the names are, for the whole key to be shown */
    static String suggestion(String section, String name, Collection<String> known) {
        return of(name, known)
                .map(candidate -> "; did you mean '" + Keys.join(section, candidate) + "'?")
                .orElse("; expected one of " + String.join(", ", known));
    }

    /** Levenshtein's: the least number of single-character edits between two words. */
    private static int distance(String left, String right) {
        int[] previous = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int substitution = previous[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
