package io.stillstream.producer.capture;

import io.stillstream.producer.capture.delivery.SpoolConfig;
import java.nio.file.Path;
import java.time.Duration;

/** The defaults with something else in one place. */
final class TestingConfig {

    private TestingConfig() {}

    static CaptureConfig keepingPartialAnswers() {
        return with(1, PartialAnswers.KEEP, false, 0, 1 << 20, 64 << 20, 32 << 20);
    }

    static CaptureConfig with(double sample, boolean keepNotStored, int perMinute, int maxDecoded) {
        return with(sample, PartialAnswers.SKIP, keepNotStored, perMinute, maxDecoded, 64 << 20, 32 << 20);
    }

    static CaptureConfig queue(int queueBytes, int bufferBytes) {
        return with(1, PartialAnswers.SKIP, false, 0, 1 << 20, queueBytes, bufferBytes);
    }

    private static CaptureConfig with(
            double sample,
            PartialAnswers partial,
            boolean keepNotStored,
            int perMinute,
            int maxDecoded,
            int queueBytes,
            int bufferBytes) {
        CaptureConfig defaults = CaptureConfig.defaults();
        return new CaptureConfig(
                sample,
                defaults.maxBodyBytes(),
                maxDecoded,
                queueBytes,
                bufferBytes,
                defaults.workers(),
                partial,
                keepNotStored,
                perMinute,
                defaults.tenantQueueShare(),
                defaults.duplicateWindow(),
                defaults.feedbackWindow(),
                defaults.feedbackBytes(),
                Duration.ofMillis(500),
                Duration.ofMillis(500),
                defaults.headers(),
                new SpoolConfig(Path.of("spool"), 0));
    }
}
