package io.stillstream.scorer.topology;

import io.stillstream.contract.file.SmallFile;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
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
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the topic of prompts is another than the one that was scored: it has another id than the state directory
 * remembers, or the group has read further than it goes. Offsets that were committed then count records that are gone; to go
 * on at them would pass over the new ones.
 *
 * <p>Notices, too, that brokers have forgotten how far it was scored, and reminds them.
 */
final class ScoredTopic {

    private static final Logger LOG = LoggerFactory.getLogger(ScoredTopic.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DIRECTORY = "topics";

    private final Admin admin;
    private final ScorerConfig config;
    private final String topic;
    private final Uuid id;
    private final Path file;
    private final RememberedOffsets offsets;

    ScoredTopic(Admin admin, ScorerConfig config, String topic, Uuid id, RememberedOffsets offsets) {
        this.admin = admin;
        this.config = config;
        this.topic = topic;
        this.id = id;
        this.offsets = offsets;
        this.file = config.stateDirectory()
                .resolve(DIRECTORY)
                .resolve(config.applicationId())
                .resolve(topic);
    }

    /**
     * Remembers the topic. One that was made anew is read from its beginning, where the configuration accepts that. One whose
     * offsets were committed and are no more is read on from where the state directory remembers.
     *
     * @param members the names of this process's members of the group, which may be left from one that was killed
     * @throws ScorerException when it was made anew and the configuration does not accept that, or another scorer still
     *     reads it; or when offsets that were forgotten cannot be committed again
     */
    void require(List<String> members) {
        Optional<SortedMap<TopicPartition, Long>> known = committed();
        Map<TopicPartition, Long> committed = known.orElseGet(GroupOffsets::byPartition);
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
            // First: after a crash in between they would come back.
            offsets.forget();
            forget(committed, members, what, !beyond.isEmpty());
        } else if (known.isPresent()) {
            commitAgain(forgotten(committed));
        }
        remember();
    }

    /** What is remembered of partitions without a commit: whatever another scorer has committed since stays. */
    private SortedMap<TopicPartition, Long> forgotten(Map<TopicPartition, Long> committed) {
        SortedMap<TopicPartition, Long> forgotten = offsets.read();
        forgotten.keySet().removeAll(committed.keySet());
        return forgotten;
    }

    private void commitAgain(SortedMap<TopicPartition, Long> forgotten) {
        if (forgotten.isEmpty()) {
            return;
        }
        String group = config.applicationId();
        try {
            Map<TopicPartition, OffsetAndMetadata> again = held(forgotten);
            if (again.isEmpty()) {
                LOG.warn(
                        "the brokers have forgotten how far {} had scored {}, and these places are not among what the topic holds"
                                + " now: it is scored from its beginning",
                        group,
                        forgotten);
                return;
            }
            admin.alterConsumerGroupOffsets(group, again).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            LOG.warn(
                    "the brokers have forgotten how far {} had scored {} (offsets.retention.minutes): it goes on where {} says, at"
                            + " {}",
                    group,
                    topic,
                    offsets.file(),
                    again.entrySet().stream()
                            .map(one -> one.getKey() + "@" + one.getValue().offset())
                            .sorted()
                            .collect(Collectors.joining(", ")));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while committing how far " + topic + " was scored", e);
        } catch (ExecutionException | TimeoutException e) {
            if (e.getCause() instanceof UnknownMemberIdException || e.getCause() instanceof GroupNotEmptyException) {
                LOG.warn(
                        "the brokers have forgotten how far {} had scored {}, and another scorer of the group reads these from"
                                + " where it found them: prompts may be scored twice",
                        group,
                        forgotten);
                return;
            }
            throw new ScorerException(
                    "the brokers have forgotten how far " + group + " had scored " + topic + ", and what "
                            + offsets.file()
                            + " remembers cannot be committed again (" + AccessDenied.reason(e, "Read", "")
                            + "); start again once it can, or delete this file to score everything that the topic holds, also"
                            + " what was scored before",
                    e);
        }
    }

    /** Those that lie within what the topic holds; behind the others there is nothing that was scored. */
    private Map<TopicPartition, OffsetAndMetadata> held(Map<TopicPartition, Long> remembered)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> first = offsets(remembered.keySet(), OffsetSpec.earliest());
        Map<TopicPartition, Long> end = offsets(remembered.keySet(), OffsetSpec.latest());
        Map<TopicPartition, OffsetAndMetadata> held = new HashMap<>();
        remembered.forEach((partition, offset) -> {
            if (offset >= first.getOrDefault(partition, Long.MAX_VALUE) && offset <= end.getOrDefault(partition, -1L)) {
                held.put(partition, new OffsetAndMetadata(offset));
            }
        });
        return held;
    }

    private void forget(Map<TopicPartition, Long> committed, List<String> members, String what, boolean impossible) {
        GroupMembers.remove(admin, config.applicationId(), members);
        try {
            admin.deleteConsumerGroupOffsets(config.applicationId(), committed.keySet())
                    .all()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
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

    /** Empty where it cannot be said. */
    private Optional<SortedMap<TopicPartition, Long>> committed() {
        try {
            return Optional.of(GroupOffsets.read(admin, config.applicationId(), topic, PATIENCE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while reading how far " + topic + " was scored", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("how far {} was scored cannot be read ({}), so only its id is compared", topic, e.toString());
            return Optional.empty();
        }
    }

    private Map<TopicPartition, Long> ends(Map<TopicPartition, Long> committed) {
        try {
            return offsets(committed.keySet(), OffsetSpec.latest());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while reading where " + topic + " ends", e);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("where {} ends cannot be read ({}), so only its id is compared", topic, e.toString());
            return Map.of();
        }
    }

    private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec which)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, which));
        SortedMap<TopicPartition, Long> found = GroupOffsets.byPartition();
        var result = admin.listOffsets(specs);
        for (TopicPartition partition : partitions) {
            ListOffsetsResultInfo place = result.partitionResult(partition).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            found.put(partition, place.offset());
        }
        return found;
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
