package io.stillstream.rollout.delivery;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.configuration.InvalidSettingException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Who is told of what the controller decides.
 *
 * @param command a program and its arguments, run for each transition with JSON on its standard input; empty for none
 * @param webhook an http or https URL that gets the same JSON as a POST, and may hold a secret; empty for none
 * @param webhookSecret what its calls are signed with, {@code whsec_} and 24 to 64 bytes in base64; empty for unsigned calls
 * @param cache a directory in the layout of Hugging Face's cache (HF_HUB_CACHE) that gets each champion; empty for none
 * @param model the name under which the champion is in that cache
 * @param keep how many snapshots the cache keeps at least
 * @param keepFor how long it keeps a former champion at least: a server may still be reading it
 * @param timeout how long a command or a call may take
 * @param attempts how often one is tried before it is given up
 * @param backoff how long the second attempt waits; each further one waits twice as long, and never over a minute
 * @param probe who is asked whether the right snapshot is served
 */
public record DeliveryConfig(
        List<String> command,
        String webhook,
        String webhookSecret,
        String cache,
        String model,
        int keep,
        Duration keepFor,
        Duration timeout,
        int attempts,
        Duration backoff,
        ProbeConfig probe)
        implements HoldsSecrets {

    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?");

    private static final String URL = "an http or https URL without a user";
    private static final Duration LONGEST_KEPT = Duration.ofDays(365);

    public DeliveryConfig {
        command = List.copyOf(command);
        if (!webhook.isEmpty() && !isHttp(webhook)) {
            throw InvalidSettingException.ofSecret("webhook", URL);
        }
        if (!webhookSecret.isEmpty() && !WebhookSignature.isSecret(webhookSecret)) {
            throw InvalidSettingException.ofSecret("webhookSecret", "whsec_ and 24 to 64 bytes in base64");
        }
        Check.that(
                MODEL.matcher(model).matches() && !model.contains("--"),
                "model",
                model,
                "a name as Hugging Face has it, such as 'organisation/name', without '--'");
        Check.atLeast("keep", keep, 2);
        Check.between("keepFor", keepFor, Duration.ZERO, LONGEST_KEPT);
        Check.atLeast("attempts", attempts, 1);
        Check.timeout("timeout", timeout);
        Check.atLeast("backoff", backoff, Duration.ofMillis(1));
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("webhook", WHOLE, "webhook-secret", WHOLE);
    }

    /** @throws InvalidSettingException where it is no URL that can be called */
    static void requireUrl(String field, String url) {
        Check.that(isHttp(url), field, url.indexOf('@') >= 0 ? "****@****" : url, URL);
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = URI.create(url);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Nobody is told. */
    public static DeliveryConfig none() {
        return new DeliveryConfig(
                List.of(),
                "",
                "",
                "",
                "stillstream/student",
                3,
                Duration.ofHours(1),
                Duration.ofSeconds(30),
                20,
                Duration.ofSeconds(1),
                ProbeConfig.none());
    }
}
