package io.stillstream.scorer.topology;

import io.stillstream.contract.file.SmallFile;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the topic of prompts is another than the one that was scored: it has another id than the state directory
 * remembers, or the group has read further than it goes. Offsets that were committed then count records that are gone; to go
 * on at them would pass over the new ones.
 */
final class ScoredTopic {

    private static final Logger LOG = LoggerFactory.getLogger(ScoredTopic.class);
    private static final long PATIENCE_SECONDS = 30;
    private static final String DIRECTORY = "topics";

    private final Admin admin;
    private final ScorerConfig config;
    private final String topic;
    private final Uuid id;
    private final Path file;

    ScoredTopic(Admin admin, ScorerConfig config, String topic, Uuid id) {
        this.admin = admin;
        this.config = config;
        this.topic = topic;
        this.id = id;
        this.file = config.stateDirectory()
                .resolve(DIRECTORY)
                .resolve(config.applicationId())
                .resolve(topic);
    }

    /**
     * Remembers the topic. One that was made anew is read from its beginning, where the configuration accepts that.
     *
     * @param members the names of this process's members of the group, which may be left from one that was killed
     * @throws ScorerException when it was made anew and the configuration does not accept that, or another scorer still
     *     reads it
     */
    void require(List<String> members) {
        Map<TopicPartition, Long> committed = committed();
        Map<TopicPartition, Long> ends = ends(committed);
        String beyond = ends.entrySet().stream()
                .filter(end -> committed.getOrDefault(end.getKey(), 0L) > end.getValue())
                .map(end -> end.getKey() + " was scored to offset " + committed.get(end.getKey()) + " and ends at "
                        + end.getValue())
                .collect(Collectors.joining(", "));
        String remembered = remembered();
        boolean another = !remembered.isEmpty() && !remembered.equals(id.toString());
        // Without a commit it is read from its beginning anyway.
        if ((another && !committed.isEmpty()) || !beyond.isEmpty()) {
            String what = "the topic " + topic + " was deleted and made anew"
                    + (another ? ": its id is " + id + " and was " + remembered + " when it was scored" : "")
                    + (beyond.isEmpty() ? "" : ": " + beyond);
            if (!config.accepts(ScorerConfig.PROMPTS_TOPIC)) {
                throw new ScorerException(what
                        + ", so the offsets that were committed are of other records; set scorer.accept-changes="
                        + ScorerConfig.PROMPTS_TOPIC
                        + " to score it from its beginning, or name another scorer.application-id");
            }
            forget(committed, members, what, !beyond.isEmpty());
        }
        remember();
    }

    private void forget(Map<TopicPartition, Long> committed, List<String> members, String what, boolean impossible) {
        GroupMembers.remove(admin, config.applicationId(), members);
        try {
            admin.deleteConsumerGroupOffsets(config.applicationId(), committed.keySet())
                    .all()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            LOG.warn("{}: it is scored from its beginning, as scorer.accept-changes allows", what);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while deleting the offsets of " + topic, e);
        } catch (ExecutionException | TimeoutException e) {
            if (impossible) {
                throw new ScorerException(
                        what + ", and the offsets of the old one cannot be deleted while another scorer of "
                                + config.applicationId()
                                + " runs: stop them all, and start again (one that was killed leaves the group after"
                                + " scorer.session-timeout)",
                        e);
            }
            LOG.warn("{}: another scorer of {} reads it already, and this one joins it", what, config.applicationId());
        }
    }

    private Map<TopicPartition, Long> committed() {
        Map<TopicPartition, Long> committed = new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
        try {
            Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(config.applicationId())
                    .partitionsToOffsetAndMetadata()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            found.forEach((partition, offset) -> {
                if (offset != null && partition.topic().equals(topic)) {
                    committed.put(partition, offset.offset());
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while reading how far " + topic + " was scored", e);
        } catch (ExecutionException | TimeoutException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                LOG.warn("how far {} was scored cannot be read ({}), so only its id is compared", topic, e.toString());
            }
        }
        return committed;
    }

    private Map<TopicPartition, Long> ends(Map<TopicPartition, Long> committed) {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        committed.keySet().forEach(partition -> specs.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
        try {
            var result = admin.listOffsets(specs);
            for (TopicPartition partition : specs.keySet()) {
                ListOffsetsResultInfo end = result.partitionResult(partition).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                ends.put(partition, end.offset());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while reading where " + topic + " ends", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("where {} ends cannot be read ({}), so only its id is compared", topic, e.toString());
        }
        return ends;
    }

    private String remembered() {
        try {
            return Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new ScorerException("the id of the topic that was scored cannot be read from " + file + ": " + e, e);
        }
    }

    private void remember() {
        try {
            Files.createDirectories(file.resolveSibling(""));
            SmallFile.replace(file, (id + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn(
                    "the id of {} cannot be kept in {} ({}); a topic that is made anew may not be noticed",
                    topic,
                    file,
                    e.toString());
        }
    }
}
