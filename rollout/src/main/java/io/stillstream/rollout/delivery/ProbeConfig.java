package io.stillstream.rollout.delivery;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.configuration.InvalidSettingException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which servers are asked, after each transition, whether they answer as the snapshot did that they are to serve.
 *
 * @param champion base URLs, such as {@code http://127.0.0.1:4100/v1}, of OpenAI-compatible servers that serve the champion; what
 *     answers wrongly is logged and counted
 * @param candidate base URLs of those that serve the candidate; one that answers wrongly is an alarm, which takes the candidate back
 * @param model what they are asked for; empty for the first that a server lists
 * @param token the API key that they want; empty for none
 * @param tolerance by how many nats a token's log-probability may differ from the recorded one: a server that computes in 16 bits
 *     differs by some hundredths
 * @param timeout how long a server may take to serve the snapshot; until then it is asked again and again
 */
public record ProbeConfig(
        List<String> champion, List<String> candidate, String model, String token, double tolerance, Duration timeout)
        implements HoldsSecrets {

    private static final Pattern TOKEN = Pattern.compile("[!-~]{0,4096}");

    public ProbeConfig {
        champion = List.copyOf(champion);
        candidate = List.copyOf(candidate);
        champion.forEach(url -> DeliveryConfig.requireUrl("champion", url));
        candidate.forEach(url -> DeliveryConfig.requireUrl("candidate", url));
        if (!TOKEN.matcher(token).matches()) {
            throw InvalidSettingException.ofSecret("token", "printable ASCII characters without blanks");
        }
        Check.that(tolerance > 0 && tolerance < Double.POSITIVE_INFINITY, "tolerance", tolerance, "more than 0");
        Check.timeout("timeout", timeout);
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("token", WHOLE);
    }

    /** Nobody is asked. */
    public static ProbeConfig none() {
        return new ProbeConfig(List.of(), List.of(), "", "", 0.1, Duration.ofMinutes(2));
    }

    /** Whether anybody is asked. */
    public boolean asks() {
        return !champion.isEmpty() || !candidate.isEmpty();
    }
}
