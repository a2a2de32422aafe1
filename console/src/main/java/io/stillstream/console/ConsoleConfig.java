package io.stillstream.console;

import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.configuration.InvalidSettingException;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The page at {@code /console}, beside the metrics. Only this machine reaches it, whatever {@code monitoring.host} is.
 *
 * @param enabled whether it is served
 * @param token what a reader must show to command the rollout, and to see texts of prompts where the topics are not open to
 *     everybody on this machine anyway; empty leaves the page to be read only
 */
public record ConsoleConfig(boolean enabled, String token) implements HoldsSecrets {

    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,4096}");

    public ConsoleConfig {
        if (!token.isEmpty() && !TOKEN.matcher(token).matches()) {
            throw new InvalidSettingException(
                    "token", "****", "16 to 4,096 visible ASCII characters without spaces, or nothing");
        }
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("token", WHOLE);
    }

    public static ConsoleConfig defaults() {
        return new ConsoleConfig(true, "");
    }
}
