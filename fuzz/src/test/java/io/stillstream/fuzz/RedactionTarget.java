package io.stillstream.fuzz;

import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.monitoring.traffic.RedactionMeters;
import io.stillstream.producer.redaction.Redacted;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionConfig;
import io.stillstream.producer.redaction.RedactionKey;
import io.stillstream.producer.redaction.detector.DetectorKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A text at the gate: nothing is thrown, it takes no longer than it may, and what came out comes out the same when it comes in
 * again, as a prompt and as a line.
 */
final class RedactionTarget implements FuzzTarget {

    /** Many times what an input of the fuzzer's takes, on a machine that does other things too. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** libphonenumber reads a region, and compiles its expressions, when a number may first be one of it. */
    private static final long FIRST_USE_BYTES = 32L << 20;

    /** Each number that may be a telephone's is tried in fourteen regions, in some rounds. */
    private static final long BYTES_PER_BYTE = 16_384;

    private final Redaction redaction;

    /** An exception that this target never throws. */
    private static final class NoException extends RuntimeException {}

    RedactionTarget() {
        RedactionConfig usual = RedactionConfig.defaults();
        redaction = new Redaction(
                new RedactionConfig(
                        true, usual.detectors(), "", usual.phoneRegions(), usual.maxRecordCharacters(), LIMIT, ""),
                RedactionKey.ofText("the key of the fuzzer"),
                RedactionMeters.unobserved(DetectorKind.labels()));
    }

    @Override
    public Promise promise() {
        return new Promise(NoException.class, FIRST_USE_BYTES, BYTES_PER_BYTE);
    }

    @Override
    public void read(byte[] input) {
        byte[] letter = redaction.letter(input);
        Promise.require(new String(letter, StandardCharsets.UTF_8).equals(again(letter)), "a letter changes again");
        String text = new String(input, StandardCharsets.UTF_8);
        if (!text.isBlank()) {
            String once = redacted(text);
            Promise.require(redacted(once).equals(once), "a text changes again");
        }
    }

    private String again(byte[] letter) {
        return new String(redaction.letter(letter), StandardCharsets.UTF_8);
    }

    private String redacted(String text) {
        Redacted redacted = redaction.redact(Prompt.of("1", new PlainText(text), Instant.EPOCH));
        Promise.require(redacted instanceof Redacted.Clean, "the text is dropped: " + redacted);
        return ((PlainText) ((Redacted.Clean) redacted).prompt().input()).text();
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(
                        "{\"to\":\"a\\u0040example.org\",\"card\":4111111111111111,\"x\":\"{\\\"y\\\":1}\"}",
                        "call +49 30 901820 or (650) 253-0000, IBAN DE89 3704 0044 0532 0130 00",
                        "ssn 219-09-9999 from 93.184.216.34 and 2a00:1450:4001:81b::200e",
                        "password: hunter42 https://u:p4ssword@example.org eyJhbGciOiJI.eyJzdWIiOiIx.dozjgNryP4J3jVmN")
                .stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public List<String> words() {
        return List.of(
                "@",
                "%40",
                ".org",
                "+1 ",
                "://",
                "::",
                "\\u0040",
                "\\n",
                "\"password\":",
                "token=",
                "tel. ",
                "4111",
                "AKIA",
                "sk-",
                "-----BEGIN PRIVATE" + " KEY-----",
                "Bearer ",
                "<EMAIL_1>",
                "DE89",
                "X1234567L",
                "dni",
                "ssn");
    }
}
