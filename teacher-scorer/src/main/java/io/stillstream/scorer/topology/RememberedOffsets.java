package io.stillstream.scorer.topology;

import io.stillstream.contract.file.SmallFile;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the group had committed on a topic, in the state directory: brokers forget the offsets of a group without members after a
 * while ({@code offsets.retention.minutes}, 7 days by default). The file has the topic's id, and then a partition and its offset on
 * each line. For any thread.
 */
final class RememberedOffsets {

    private static final Logger LOG = LoggerFactory.getLogger(RememberedOffsets.class);
    private static final String DIRECTORY = "offsets";

    private final Path file;
    private final String topic;
    private final Uuid id;

    /** @param id the topic's, now: what is remembered of another topic of the same name counts for nothing */
    RememberedOffsets(ScorerConfig config, String topic, Uuid id) {
        this.file = config.stateDirectory()
                .resolve(DIRECTORY)
                .resolve(config.applicationId())
                .resolve(topic);
        this.topic = topic;
        this.id = id;
    }

    Path file() {
        return file;
    }

    /**
     * What is remembered of this topic; nothing where the state directory is new.
     *
     * @throws ScorerException when the file cannot be read, or is not what this class writes
     */
    synchronized SortedMap<TopicPartition, Long> read() {
        SortedMap<TopicPartition, Long> offsets = GroupOffsets.byPartition();
        try {
            Iterator<String> lines = Files.readAllLines(file).iterator();
            if (!lines.hasNext() || !lines.next().equals(id.toString())) {
                return offsets;
            }
            while (lines.hasNext()) {
                String line = lines.next();
                int space = line.indexOf(' ');
                int partition = Integer.parseInt(line.substring(0, Math.max(0, space)));
                offsets.put(new TopicPartition(topic, partition), Long.parseLong(line.substring(space + 1)));
            }
            return offsets;
        } catch (NoSuchFileException e) {
            return offsets;
        } catch (IOException | IllegalArgumentException e) {
            throw new ScorerException(
                    "how far " + topic + " was scored cannot be read from " + file + ": " + e
                            + "; without this file, what the brokers know of it counts alone",
                    e);
        }
    }

    /** Takes what is committed now. Of a partition without a commit the last one stays. */
    synchronized void keep(Map<TopicPartition, Long> committed) {
        try {
            SortedMap<TopicPartition, Long> offsets = read();
            if (offsets.entrySet().containsAll(committed.entrySet())) {
                return;
            }
            offsets.putAll(committed);
            StringBuilder text = new StringBuilder().append(id).append('\n');
            offsets.forEach((partition, offset) -> text.append(partition.partition())
                    .append(' ')
                    .append(offset)
                    .append('\n'));
            Files.createDirectories(file.resolveSibling(""));
            SmallFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException | ScorerException e) {
            LOG.warn(
                    "how far {} was scored cannot be kept in {} ({}); after a week without a scorer it would be scored again",
                    topic,
                    file,
                    e.toString());
        }
    }

    /** It is scored from its beginning: nothing of it is to come back. */
    synchronized void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new ScorerException(
                    file + " cannot be deleted, which says how far " + topic + " was scored: " + e, e);
        }
    }
}
