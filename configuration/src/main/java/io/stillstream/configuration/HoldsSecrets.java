package io.stillstream.configuration;

import java.util.Map;
import java.util.function.Predicate;

/**
 * A configuration record with a table that may hold secrets. The values of the table's secret entries are masked wherever
 * settings are shown, and no value of the table is repeated in the message of a problem, because a mistyped entry can hold
 * a secret too.
 */
public interface HoldsSecrets {

    /** The keys of such tables as a file spells them, each with what tells by an entry's name whether its value is a secret. */
    Map<String, Predicate<String>> secrets();
}
