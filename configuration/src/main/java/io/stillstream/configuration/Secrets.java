package io.stillstream.configuration;

import java.util.List;

/** Which settings are never shown, and what is shown in their place. */
final class Secrets {

    static final String MASK = "****";

    /** Parts of the names that Kafka gives to settings of type password. */
    private static final List<String> MARKS =
            List.of("password", "passphrase", "secret", "jaas", "credential", "keystore.key", "private.key");

    private Secrets() {}

    static boolean isSecret(String key) {
        return MARKS.stream().anyMatch(key::contains);
    }
}
