package io.stillstream.student.snapshot;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.text.OneLine;
import io.stillstream.student.StudentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A few held-out prompts and what a snapshot's weights answered to them when it was published: whoever loads these weights can
 * see that they are these, and that they are computed with as the trainer did.
 *
 * @param version of the file
 */
public record GoldenPrompts(int version, List<Golden> prompts) {

    /** The file in a snapshot's directory, named in its manifest. */
    public static final String FILE_NAME = "golden_prompts.json";

    private static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    public GoldenPrompts {
        prompts = List.copyOf(prompts);
        if (version != VERSION) {
            throw new StudentException(
                    "golden prompts of version " + version + "; this build reads version " + VERSION);
        }
    }

    public static GoldenPrompts of(List<Golden> prompts) {
        return new GoldenPrompts(VERSION, prompts);
    }

    /**
     * A prompt and its greedy answer, in the student's tokens.
     *
     * @param prompt ids, at least one
     * @param answer the most likely ids after it, without one that ends the text; none where that came first
     * @param logProbabilities of the answer's ids, in nats
     */
    public record Golden(
            List<Integer> prompt,
            List<Integer> answer,
            @JsonProperty("log_probabilities") List<Double> logProbabilities) {

        public Golden {
            prompt = List.copyOf(prompt);
            answer = List.copyOf(answer);
            logProbabilities = List.copyOf(logProbabilities);
            if (prompt.isEmpty() || answer.size() != logProbabilities.size()) {
                throw new StudentException("a golden prompt of " + prompt.size() + " tokens with " + answer.size()
                        + " answered ones and " + logProbabilities.size()
                        + " log-probabilities; expected a prompt, and one for each");
            }
        }
    }

    /** @throws StudentException when the file cannot be read, or holds something else */
    public static GoldenPrompts read(Path file) {
        try {
            return decode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new StudentException("the golden prompts " + file + " cannot be read: " + e, e);
        }
    }

    /** @throws StudentException when it is something else */
    public static GoldenPrompts decode(byte[] json) {
        try {
            GoldenPrompts read = JSON.readValue(json, GoldenPrompts.class);
            if (read == null) {
                throw new StudentException("the golden prompts are null; expected an object");
            }
            return read;
        } catch (IOException | NullPointerException e) {
            throw new StudentException(OneLine.of("these are no golden prompts: " + e.getMessage()), e);
        }
    }

    public byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
