package io.stillstream.trainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint stores beside weights, optimizer, held-out records and offsets.
 *
 * <p>The learning rate is a function of the step, and a checkpoint lies between two steps: no gradient is accumulated.
 * Training draws no random numbers, so there is no generator to remember; a student's initial weights are drawn from a
 * seed before training begins.
 *
 * @param version of this format
 * @param initialWeights sha256 of the weights that training first started from
 * @param records responses trained on since then
 * @param tokens response tokens trained on since then
 * @param teacherLead by how many bits per byte the teacher predicted held-out responses better than the student, of those
 *     that neither wrote, when the student was last evaluated; null before there were any
 * @param timestamps of each partition, as {@code topic-partition}, the highest before its offset: the order of what
 *     follows depends on it
 * @param incompleteEnds by the id of a source's end of which markers are to come, those before these offsets
 * @param settings what the weights after a step depend on beside the loss; a change is logged and allowed
 */
public record TrainerState(
        int version,
        String initialWeights,
        long records,
        long tokens,
        @Nullable Double teacherLead,
        Map<String, Long> timestamps,
        Map<String, Set<String>> incompleteEnds,
        Map<String, String> settings) {

    static final String FILE_NAME = "state.json";
    private static final int VERSION = 4;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

    public TrainerState {
        timestamps = new TreeMap<>(timestamps);
        // Sorted, so that equal states are equal bytes.
        Map<String, Set<String>> sorted = new TreeMap<>();
        incompleteEnds.forEach((id, markers) -> sorted.put(id, new TreeSet<>(markers)));
        incompleteEnds = sorted;
        settings = new TreeMap<>(settings);
    }

    public static TrainerState initial(String weights) {
        return new TrainerState(VERSION, weights, 0, 0, null, Map.of(), Map.of(), Map.of());
    }

    public TrainerState plus(long moreRecords, long moreTokens) {
        return new TrainerState(
                version,
                initialWeights,
                records + moreRecords,
                tokens + moreTokens,
                teacherLead,
                timestamps,
                incompleteEnds,
                settings);
    }

    public TrainerState withTeacherLead(double lead) {
        return new TrainerState(version, initialWeights, records, tokens, lead, timestamps, incompleteEnds, settings);
    }

    /** As it is stored in a checkpoint. */
    public TrainerState with(
            Map<String, Long> newTimestamps, Map<String, Set<String>> newEnds, Map<String, String> newSettings) {
        return new TrainerState(
                VERSION, initialWeights, records, tokens, teacherLead, newTimestamps, newEnds, newSettings);
    }

    /** The highest of the timestamps; {@link Instant#EPOCH} where there are none. */
    Instant newestRecordAt() {
        // A partition of which nothing was read yet has less than any.
        long highest =
                timestamps.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return Instant.ofEpochMilli(Math.max(0, highest));
    }

    byte[] toJson() throws IOException {
        return JSON.writeValueAsBytes(this);
    }

    public static TrainerState read(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        try {
            byte[] json = Files.readAllBytes(file);
            int version = JSON.readTree(json).path("version").asInt();
            if (version != VERSION) {
                throw new TrainerException(
                        file + " is of version " + version + "; this build reads version " + VERSION);
            }
            return JSON.readValue(json, TrainerState.class);
        } catch (JsonProcessingException e) {
            throw new TrainerException(file + " is no trainer state: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new TrainerException(file + " cannot be read: " + e, e);
        }
    }
}
