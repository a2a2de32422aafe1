package io.stillstream.producer.redaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.ExactJson;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.traffic.RedactionMeters;
import io.stillstream.monitoring.traffic.RedactionMeters.Failure;
import io.stillstream.producer.redaction.detector.DetectorKind;
import io.stillstream.producer.redaction.detector.Scanner;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is private out of everything that is about to be written: prompts, lines that became none, and sentences that may
 * quote either. Closed: what cannot be looked through is not written. Thread-safe.
 */
public final class Redaction {

    private static final Logger LOG = LoggerFactory.getLogger(Redaction.class);
    private static final ExactJson JSON = new ExactJson();

    private static final String WITHHELD_SENTENCE = "why cannot be said: the sentence could not be redacted";
    private static final String DIGEST = "digest";

    /** What is cut off the end of a text's beginning, and what is left of a word there: the cut may have made a value unknown. */
    private static final int CUT = 256;

    private final @Nullable Scanner scanner;
    private final RedactionKey key;
    private final RedactionMeters meters;
    private final Duration timeLimit;
    private final int mostCharacters;

    /** @throws io.stillstream.producer.ProducerException when the file of rules cannot be used */
    public Redaction(RedactionConfig config, RedactionKey key, RedactionMeters meters) {
        this.key = key;
        this.meters = meters;
        scanner = config.enabled() ? Detectors.scanner(config) : null;
        timeLimit = config.timeLimit();
        mostCharacters = config.maxRecordCharacters();
    }

    /** With the key of the data directory, which is made where there is none. */
    public static Redaction open(RedactionConfig config, Path dataDirectory, Telemetry telemetry) {
        return new Redaction(config, RedactionKey.open(config, dataDirectory), meters(telemetry));
    }

    /** As {@link #open(RedactionConfig, Path, Telemetry)}, for a process that serves no metrics. */
    public static Redaction open(RedactionConfig config, Path dataDirectory) {
        return new Redaction(
                config, RedactionKey.open(config, dataDirectory), RedactionMeters.unobserved(DetectorKind.labels()));
    }

    /** The meters of all detectors. */
    public static RedactionMeters meters(Telemetry telemetry) {
        return telemetry.redaction(DetectorKind.labels());
    }

    /** The prompt without what is private in it, or why it cannot be had: the record is then dropped, and was counted. */
    public Redacted redact(Prompt prompt) {
        if (scanner == null) {
            return new Redacted.Clean(prompt);
        }
        var placeholders = new Placeholders(key, prompt.tenant(), prompt.conversationId());
        Outcome<Prompt> outcome =
                attempt(scanner, placeholders, texts -> checked(new PromptRedactor(texts, key).redact(prompt)));
        return outcome.result() == null
                ? new Redacted.Dropped(outcome.problem())
                : new Redacted.Clean(outcome.result());
    }

    /** Two names in an object may have become one, which no codec writes. */
    private static Prompt checked(Prompt prompt) {
        if (prompt.input() instanceof Chat chat) {
            boolean valid = chat.tools().stream().allMatch(JsonTokens::isJson)
                    && chat.documents().stream().allMatch(JsonTokens::isJson);
            if (!valid) {
                throw new TextRedactor.CannotRedactException("an object would have two fields of one name", false);
            }
        }
        return prompt;
    }

    /** A line that became no prompt: redacted as text, or its digest where it cannot be. */
    public byte[] letter(byte[] line) {
        return scanner == null ? line : utf8(line).flatMap(this::letter).orElseGet(() -> digest(line));
    }

    /** The beginning of a line that is longer than what is kept of it, as {@link #letter}, less what the cut may have hidden. */
    public byte[] beginning(byte[] start) {
        if (scanner == null) {
            return start;
        }
        return utf8(withoutHalfCharacter(start))
                .map(Redaction::withoutLastWord)
                .flatMap(this::letter)
                .orElseGet(() -> digest(start));
    }

    private Optional<byte[]> letter(String text) {
        if (scanner == null || text.indexOf('\0') >= 0) {
            // Text of another encoding, which no detector can read.
            return Optional.empty();
        }
        var placeholders = new Placeholders(key, "", key.word("letter", text));
        return Optional.ofNullable(attempt(scanner, placeholders, texts -> texts.text(text))
                        .result())
                .map(redacted -> redacted.getBytes(StandardCharsets.UTF_8));
    }

    /** What tells a line that cannot be written from any other, to those who have the line and the key: JSON. */
    public byte[] digest(byte[] line) {
        if (scanner == null) {
            return line;
        }
        ObjectNode digest = JSON.object();
        digest.put("withheld", "the line could not be redacted");
        digest.put("bytes", line.length);
        digest.put("keyed_hash", key.word(DIGEST, new String(line, StandardCharsets.ISO_8859_1)));
        try {
            return JSON.write(digest);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a digest cannot be written as JSON", e);
        }
    }

    /** A sentence about traffic, such as why a line was rejected, which may quote a value. */
    public String sentence(String sentence) {
        if (scanner == null) {
            return sentence;
        }
        var placeholders = new Placeholders(key, "", key.word("sentence", sentence));
        String redacted =
                attempt(scanner, placeholders, texts -> texts.text(sentence)).result();
        return redacted == null ? WITHHELD_SENTENCE : redacted;
    }

    private record Outcome<T>(@Nullable T result, String problem) {}

    private <T> Outcome<T> attempt(Scanner from, Placeholders placeholders, Function<TextRedactor, T> work) {
        long start = System.nanoTime();
        var texts = new TextRedactor(
                from, placeholders, () -> System.nanoTime() - start > timeLimit.toNanos(), mostCharacters);
        try {
            T result = work.apply(texts);
            texts.counts().forEach((kind, count) -> meters.recordRedacted(kind.label(), count));
            return new Outcome<>(result, "");
        } catch (Scanner.TimeUpException e) {
            return failed(Failure.TIME, "it took longer than redaction.time-limit, " + timeLimit.toMillis() + " ms");
        } catch (TextRedactor.CannotRedactException e) {
            return failed(e.isSize() ? Failure.SIZE : Failure.ERROR, String.valueOf(e.getMessage()));
        } catch (RuntimeException | StackOverflowError e) {
            // Its message may quote the text.
            LOG.debug("redaction failed with {} at {}", e.getClass().getName(), place(e));
            return failed(
                    Failure.ERROR, "a detector failed with " + e.getClass().getSimpleName() + place(e));
        }
    }

    private <T> Outcome<T> failed(Failure failure, String problem) {
        meters.recordFailure(failure);
        return new Outcome<>(null, "it could not be redacted: " + problem);
    }

    private static String place(Throwable e) {
        return e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
    }

    private static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Without the first bytes of a character whose last ones are not there. */
    private static byte[] withoutHalfCharacter(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes.length - end < 4 && (bytes[end - 1] & 0xc0) == 0x80) {
            end--;
        }
        return end > 0 && (bytes[end - 1] & 0xc0) == 0xc0 ? Arrays.copyOf(bytes, end - 1) : bytes;
    }

    private static String withoutLastWord(String text) {
        int end = Math.max(0, text.length() - CUT);
        while (end > 0
                && !Character.isWhitespace(text.charAt(end - 1))
                && "\",{}[]".indexOf(text.charAt(end - 1)) < 0) {
            end--;
        }
        return text.substring(0, end);
    }
}
