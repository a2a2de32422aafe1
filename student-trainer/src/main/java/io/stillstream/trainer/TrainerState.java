package io.stillstream.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a snapshot remembers of the training beside weights, optimizer and place in the stream.
 *
 * @param version of this form
 * @param initialWeights sha256 of the weights that training first started from
 * @param records responses trained on since then
 * @param tokens response tokens trained on since then
 */
record TrainerState(int version, String initialWeights, long records, long tokens) {

    static final String FILE_NAME = "state.json";
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    static TrainerState initial(String weights) {
        return new TrainerState(VERSION, weights, 0, 0);
    }

    TrainerState plus(long moreRecords, long moreTokens) {
        return new TrainerState(version, initialWeights, records + moreRecords, tokens + moreTokens);
    }

    void write(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        try {
            Files.write(file, JSON.writeValueAsBytes(this));
        } catch (IOException e) {
            throw new TrainerException("could not write " + file + ": " + e, e);
        }
    }

    static TrainerState read(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        try {
            TrainerState state = JSON.readValue(Files.readAllBytes(file), TrainerState.class);
            if (state.version() != VERSION) {
                throw new TrainerException(
                        file + " is of version " + state.version() + "; this build reads version " + VERSION);
            }
            return state;
        } catch (JsonProcessingException e) {
            throw new TrainerException(file + " is no trainer state: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new TrainerException(file + " cannot be read: " + e, e);
        }
    }
}
