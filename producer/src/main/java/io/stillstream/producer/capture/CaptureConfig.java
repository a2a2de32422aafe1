package io.stillstream.producer.capture;

import io.stillstream.configuration.Check;
import io.stillstream.producer.capture.call.CaptureHeaders;
import io.stillstream.producer.capture.delivery.SpoolConfig;
import java.time.Duration;

/**
 * Which calls through the proxy become prompts, and what they may cost. Only {@code proxy}, and {@code run} and {@code demo}
 * where they have one, use this section; the share that is held out is {@code traffic.held-out-fraction}.
 *
 * @param sample the share of conversations that is captured, 0 to 1: all turns of one or none
 * @param maxBodyBytes the longest request and the longest answer that is copied, as it is on the wire; longer ones pass
 *     through and are not captured
 * @param maxDecodedBytes the longest body once its {@code Content-Encoding} is undone
 * @param queueBytes the most memory for calls that wait to be read
 * @param bufferBytes the most memory for prompts that wait for Kafka; also what is on its way to it at once
 * @param workers how many threads read calls; with more than one, two turns of a conversation that end at nearly the same time
 *     may change places
 * @param partialAnswers whether answers that broke off are captured
 * @param keepNotStored whether calls with {@code "store": false} in their body are captured: it asks the provider to keep
 *     nothing
 * @param tenantPromptsPerMinute the most prompts of a tenant in a minute; 0 for no cap
 * @param tenantQueueShare the most of the queue that calls of one tenant may fill, above 0 and up to 1
 * @param duplicateWindow how long a repeated call, of the same request and the same answer, counts once; 0 captures all
 * @param feedbackWindow how long after its answer a call takes feedback; 0 takes none
 * @param feedbackBytes the most memory for prompts that may still get feedback; the oldest go first
 * @param deliveryTimeout how long Kafka may take to accept a prompt before that counts as a failure and is tried again by a new
 *     client; until then the same client tries, and nothing arrives twice
 * @param drainTimeout how long a stop waits for what was captured to reach Kafka
 * @param headers the names of the request headers that capture reads
 * @param spool whether prompts wait on disk until Kafka has them
 */
public record CaptureConfig(
        double sample,
        int maxBodyBytes,
        int maxDecodedBytes,
        long queueBytes,
        long bufferBytes,
        int workers,
        PartialAnswers partialAnswers,
        boolean keepNotStored,
        int tenantPromptsPerMinute,
        double tenantQueueShare,
        Duration duplicateWindow,
        Duration feedbackWindow,
        long feedbackBytes,
        Duration deliveryTimeout,
        Duration drainTimeout,
        CaptureHeaders headers,
        SpoolConfig spool) {

    private static final int LONGEST_BODY = 64 << 20;
    private static final int MOST_DECODED = 256 << 20;
    private static final int MOST_WORKERS = 64;
    private static final long LEAST_BUFFER = 4 << 20;
    private static final Duration LONGEST_WINDOW = Duration.ofDays(7);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);

    public CaptureConfig {
        Check.between("sample", sample, 0, 1);
        Check.between("maxBodyBytes", maxBodyBytes, 1, LONGEST_BODY);
        Check.between("maxDecodedBytes", maxDecodedBytes, 1, MOST_DECODED);
        Check.atLeast("queueBytes", queueBytes, maxBodyBytes);
        Check.atLeast("bufferBytes", bufferBytes, LEAST_BUFFER);
        Check.between("workers", workers, 1, MOST_WORKERS);
        Check.atLeast("tenantPromptsPerMinute", tenantPromptsPerMinute, 0);
        Check.above("tenantQueueShare", tenantQueueShare, 0);
        Check.between("tenantQueueShare", tenantQueueShare, 0, 1);
        Check.between("duplicateWindow", duplicateWindow, Duration.ZERO, LONGEST_WINDOW);
        Check.between("feedbackWindow", feedbackWindow, Duration.ZERO, LONGEST_WINDOW);
        Check.atLeast("feedbackBytes", feedbackBytes, 0);
        Check.between("deliveryTimeout", deliveryTimeout, Duration.ofMillis(1), LONGEST_TIMEOUT);
        Check.between("drainTimeout", drainTimeout, Duration.ZERO, LONGEST_TIMEOUT);
    }

    public static CaptureConfig defaults() {
        return new CaptureConfig(
                1,
                4 << 20,
                8 << 20,
                64 << 20,
                32 << 20,
                1,
                PartialAnswers.SKIP,
                false,
                0,
                0.5,
                Duration.ofMinutes(10),
                Duration.ofHours(1),
                64 << 20,
                Duration.ofMinutes(2),
                Duration.ofSeconds(10),
                CaptureHeaders.defaults(),
                SpoolConfig.none());
    }
}
