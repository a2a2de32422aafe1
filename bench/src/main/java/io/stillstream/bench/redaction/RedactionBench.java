package io.stillstream.bench.redaction;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.producer.redaction.Redacted;
import io.stillstream.producer.redaction.Redaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What redaction finds of planted values, what it finds where there is nothing, and how fast it looks. For one thread. */
public final class RedactionBench {

    private static final int ROUNDS = 5;
    private static final int SHOWN = 3;
    /** Begins the lines of a private key that say nothing. */
    private static final String FRAME = "-----";

    private static final Instant ASKED_AT = Instant.parse("2026-01-01T00:00:00Z");

    private final Redaction redaction;

    public RedactionBench(Redaction redaction) {
        this.redaction = redaction;
    }

    /**
     * How many values of one form were planted.
     *
     * @param missed chats that still hold the value
     * @param examples some of those values, which were made up here
     */
    public record Recall(int planted, int missed, List<String> examples) {}

    /**
     * Records of a data set in which nothing private is expected.
     *
     * @param changed records that redaction changed or dropped
     * @param examples pieces of some of them after redaction
     */
    public record FalseHits(int records, int changed, List<String> examples) {}

    /** By kind and form, as {@code "card: 16 digits"}. */
    public Map<String, Recall> recall(int values, long seed) {
        var made = new PlantedValues(new Random(seed));
        var chats = new PlantedChats(new Random(seed + 1));
        Map<String, Recall> recall = new TreeMap<>();
        for (int i = 0; i < values; i++) {
            PlantedValue value = made.next();
            boolean missed = holds(redaction.redact(chats.around(value, i)), value);
            recall.merge(
                    value.kind() + ": " + value.form(),
                    new Recall(1, missed ? 1 : 0, missed ? List.of(value.said() + value.text()) : List.of()),
                    RedactionBench::sum);
        }
        return recall;
    }

    private static Recall sum(Recall one, Recall other) {
        List<String> examples = Stream.concat(one.examples.stream(), other.examples.stream())
                .limit(SHOWN)
                .toList();
        return new Recall(one.planted + other.planted, one.missed + other.missed, examples);
    }

    /** A record that was dropped holds nothing. */
    private static boolean holds(Redacted redacted, PlantedValue value) {
        if (!(redacted instanceof Redacted.Clean clean)) {
            return false;
        }
        String written = written(clean.prompt());
        // A line each: the breaks between them are escaped, in a tool call's arguments twice.
        return value.text().lines().filter(line -> !line.startsWith(FRAME)).anyMatch(written::contains);
    }

    /** Each line of each file as a record of its own. */
    public FalseHits falseHits(Path place) throws IOException {
        int records = 0;
        int changed = 0;
        List<String> examples = new ArrayList<>();
        for (Prompt prompt : prompts(place)) {
            records++;
            Redacted redacted = redaction.redact(prompt);
            String after = redacted instanceof Redacted.Clean clean ? written(clean.prompt()) : redacted.toString();
            String before = written(prompt);
            if (!after.equals(before)) {
                changed++;
                if (examples.size() < SHOWN) {
                    examples.add(difference(before, after));
                }
            }
        }
        return new FalseHits(records, changed, examples);
    }

    /** Megabytes of prompts, as their JSON is long, in a second of this thread: the median of some rounds. */
    public double megabytesPerSecond(Path place) throws IOException {
        List<Prompt> prompts = prompts(place);
        long bytes = prompts.stream()
                .mapToLong(prompt -> PromptCodec.encode(prompt).length)
                .sum();
        double[] rates = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (Prompt prompt : prompts) {
                if (redaction.redact(prompt) instanceof Redacted.Dropped dropped) {
                    throw new IllegalStateException(dropped.reason());
                }
            }
            if (round >= 0) {
                rates[round] = bytes / 1e6 / ((System.nanoTime() - start) / 1e9);
            }
        }
        Arrays.sort(rates);
        return rates[ROUNDS / 2];
    }

    private static List<Prompt> prompts(Path place) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(place)) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        List<Prompt> prompts = new ArrayList<>();
        for (Path file : files) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                if (!line.isBlank()) {
                    prompts.add(Prompt.of("record-" + prompts.size(), Chat.of(Message.of("user", line)), ASKED_AT)
                            .withResponse(Response.of("Here: " + line, Author.PRODUCTION)));
                }
            }
        }
        return prompts;
    }

    private static String difference(String before, String after) {
        int at = 0;
        while (at < Math.min(before.length(), after.length()) && before.charAt(at) == after.charAt(at)) {
            at++;
        }
        return "…" + before.substring(Math.max(0, at - 30), Math.min(before.length(), at + 30)) + "…";
    }

    /** A prompt as it is written. */
    private static String written(Prompt prompt) {
        return new String(PromptCodec.encode(prompt), StandardCharsets.UTF_8);
    }
}
