package io.stillstream.serving.http;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.http.Listening;
import io.stillstream.http.TlsConfig;
import io.stillstream.serving.engine.EngineConfig;
import io.stillstream.serving.onpolicy.AnswerPromptsConfig;
import io.stillstream.serving.weights.Follow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the student is served, which one, and what a request may cost.
 *
 * @param host the address to listen on; any but a loopback address needs {@code token}, and {@code tls} where nothing in front ends TLS
 * @param port what callers' base URL names; 0 picks a free one
 * @param token what callers must send as their API key; empty lets everybody in who reaches the address
 * @param tls the certificate; none serves plain HTTP
 * @param student a directory whose student is served, and no other; unset follows the trainer's snapshots
 * @param follow which snapshot in the trainer's data directory is served: {@code candidate}, the newest; {@code champion}, the one
 *     that was promoted; {@code canary}, the candidate that is on its way in the rollout; {@code topic}, the one that was published
 *     last on {@code topics.student-snapshots}
 * @param followEvery how often it is looked for another snapshot
 * @param preloadCandidate whether a server that follows the champion by the rollout's state loads the candidate too, as soon as it
 *     answers a share of the conversations, so that a promotion finds it ready. It takes the memory of one more student and its
 *     key-value cache for as long as the candidate is on its way
 * @param modelName what requests may name in place of a snapshot's id, whichever snapshot it is
 * @param maxChoices the most answers to one request ({@code n}, and prompts of a completion)
 * @param maxBodyBytes the most bytes of a request's body
 * @param bodyBudgetBytes the most bytes of requests in memory at once until they are tokenized, without the first 64 KiB of each; a
 *     longer one that finds no room is told to come again (503)
 * @param maxConnections the most connections of callers; further ones wait until one is closed
 * @param streamBufferBytes the most of an answer that waits for a caller that reads too slowly; then the request is ended
 * @param idleTimeout how long a connection is kept without a request, and how long a caller may take no more of an answer
 * @param drainTimeout how long a stop waits for open requests to end
 * @param engine how many requests are decoded at once
 * @param answerPrompts whether it also answers prompts of the stream, for the trainer to learn from
 */
public record ServingConfig(
        String host,
        int port,
        String token,
        TlsConfig tls,
        @Nullable Path student,
        Follow follow,
        Duration followEvery,
        boolean preloadCandidate,
        String modelName,
        int maxChoices,
        int maxBodyBytes,
        int bodyBudgetBytes,
        int maxConnections,
        int streamBufferBytes,
        Duration idleTimeout,
        Duration drainTimeout,
        EngineConfig engine,
        AnswerPromptsConfig answerPrompts)
        implements HoldsSecrets {

    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,4096}");
    private static final Pattern MODEL_NAME = Pattern.compile("[!-~]{1,128}");
    private static final int HIGHEST_PORT = 65_535;
    private static final int MOST_CHOICES = 128;
    private static final int LEAST_BODY = 1 << 10;
    private static final int MOST_BODY = 64 << 20;
    private static final int LEAST_BUFFER = 1 << 12;
    private static final Duration LONGEST = Duration.ofDays(1);

    public ServingConfig {
        Check.notBlank("host", host, "an address such as 127.0.0.1");
        Check.between("port", port, 0, HIGHEST_PORT);
        if (!token.isEmpty() && !TOKEN.matcher(token).matches()) {
            throw InvalidSettingException.ofSecret("token", "16 to 4096 printable ASCII characters without blanks");
        }
        Check.timeout("followEvery", followEvery);
        Check.that(
                MODEL_NAME.matcher(modelName).matches(),
                "modelName",
                modelName,
                "a name of up to 128 printable ASCII characters without blanks");
        Check.between("maxChoices", maxChoices, 1, MOST_CHOICES);
        Check.between("maxBodyBytes", maxBodyBytes, LEAST_BODY, MOST_BODY);
        Check.atLeast("bodyBudgetBytes", bodyBudgetBytes, maxBodyBytes);
        Check.atLeast("maxConnections", maxConnections, 1);
        Check.atLeast("streamBufferBytes", streamBufferBytes, LEAST_BUFFER);
        Check.timeout("idleTimeout", idleTimeout);
        Check.between("drainTimeout", drainTimeout, Duration.ZERO, LONGEST);
        if (!Listening.isLoopback(host)) {
            Check.that(!token.isEmpty(), "host", host, "a loopback address, or serving.token to know callers by");
        }
    }

    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of("token", WHOLE);
    }

    public static ServingConfig defaults() {
        return new ServingConfig(
                "127.0.0.1",
                4100,
                "",
                TlsConfig.none(),
                null,
                Follow.CANDIDATE,
                Duration.ofSeconds(2),
                true,
                "student",
                8,
                4 << 20,
                16 << 20,
                1024,
                1 << 20,
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                EngineConfig.defaults(),
                AnswerPromptsConfig.defaults());
    }

    Listening listening() {
        return new Listening("serving", host, port, tls, maxConnections, idleTimeout);
    }
}
