package io.stillstream.configuration;

import java.util.Map;
import java.util.function.Predicate;

/**
 * A configuration record with a secret, or with a table that may hold secrets. A secret is masked wherever settings are shown,
 * and so are the values of a table's secret entries. Neither a secret nor any value of such a table is repeated in the message
 * of a problem, because a mistyped entry can hold a secret too.
 */
public interface HoldsSecrets {

    /** What tells that the whole component is one secret text, and no table. */
    Predicate<String> WHOLE = entry -> true;

    /**
     * The keys of such components as a file spells them: of a secret text with {@link #WHOLE}, of a table with what tells by
     * an entry's name whether its value is a secret.
     */
    Map<String, Predicate<String>> secrets();
}
