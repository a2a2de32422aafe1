package io.stillstream.pipeline.trace;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.contract.rollout.codec.ServedOutcomeCodec;
import io.stillstream.contract.source.EndOfSource;
import io.stillstream.contract.source.SourceLine;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.deadletters.DeadLetterFilter;
import io.stillstream.pipeline.deadletters.DeadLetterReader;
import io.stillstream.pipeline.deadletters.StoredDeadLetter;
import io.stillstream.pipeline.trace.Trace.Asked;
import io.stillstream.pipeline.trace.Trace.Scored;
import io.stillstream.pipeline.trace.Trace.TracedPrompt;
import io.stillstream.rollout.control.RolloutReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Finds what became of an id, each topic read once from a time to its end of now. For one thread. */
final class TraceReader implements AutoCloseable {

    /** Where capture and the parsers keep what an answer calls itself. */
    private static final String RESPONSE_ID = "response_id";

    private final Map<String, Object> kafka;
    private final Topics topics;
    private final Path trainer;
    private final TopicReader reader;
    private final ReadProgress progress;
    private long read;

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param trainer the trainer's directory, whether or not it is here
     */
    TraceReader(Map<String, Object> kafka, Topics topics, Path trainer, ReadProgress progress) {
        this.kafka = kafka;
        this.topics = topics;
        this.trainer = trainer;
        this.reader = new TopicReader(kafka);
        this.progress = progress;
    }

    /** @param since the time of the first record that is read; null for all */
    Trace read(String id, @Nullable Instant since) {
        Map<String, Asked> asked = new LinkedHashMap<>();
        each(
                topics.prompts(),
                since,
                record -> prompt(record)
                        .filter(prompt -> isOf(id, prompt))
                        .ifPresent(prompt ->
                                asked.put(prompt.id(), new Asked(Place.of(record), prompt, sourceLine(record)))));
        TrainingLedger training = new TrainingLedger(trainer, manifests(), rollout());
        Map<String, List<Scored>> scored = new LinkedHashMap<>();
        each(
                topics.teacherTargets(),
                since,
                record -> targets(record)
                        .filter(targets -> asked.containsKey(targets.promptId())
                                || targets.promptId().equals(id)
                                || targets.conversationId().equals(id))
                        .ifPresent(targets -> {
                            Place place = Place.of(record);
                            scored.computeIfAbsent(targets.promptId(), unused -> new ArrayList<>())
                                    .add(new Scored(place, targets, training.uses(place), training.snapshots(place)));
                        }));
        List<StoredDeadLetter> letters = letters(id, since, asked, scored);
        List<ServedOutcome> outcomes = outcomes(id, since);
        progress.end();
        Set<String> ids = new LinkedHashSet<>(asked.keySet());
        ids.addAll(scored.keySet());
        List<TracedPrompt> prompts = new ArrayList<>();
        for (String one : ids) {
            List<StoredDeadLetter> own = letters.stream()
                    .filter(letter -> places(asked.get(one), scored.getOrDefault(one, List.of())).stream()
                            .anyMatch(place -> rejects(letter, place)))
                    .toList();
            letters.removeAll(own);
            prompts.add(new TracedPrompt(one, asked.get(one), scored.getOrDefault(one, List.of()), own));
        }
        return new Trace(id, prompts, letters, outcomes, read, training.isHere());
    }

    private static @Nullable SourceLine sourceLine(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        for (Header header : record.headers()) {
            if (header.value() != null) {
                headers.put(header.key(), header.value());
            }
        }
        return SourceLine.fromHeaders(headers).orElse(null);
    }

    private static boolean isOf(String id, Prompt prompt) {
        return prompt.id().equals(id)
                || prompt.conversationId().equals(id)
                || id.equals(prompt.metadata().get(RESPONSE_ID));
    }

    /** Those that reject one of the records, or hold the id. */
    private List<StoredDeadLetter> letters(
            String id, @Nullable Instant since, Map<String, Asked> asked, Map<String, List<Scored>> scored) {
        List<Place> places = new ArrayList<>();
        asked.values().forEach(one -> places.add(one.place()));
        scored.values().forEach(all -> all.forEach(one -> places.add(one.place())));
        List<StoredDeadLetter> letters = new ArrayList<>();
        try (DeadLetterReader dead = new DeadLetterReader(kafka, topics.deadLetters())) {
            dead.forEach(new DeadLetterFilter(Set.of(), Set.of(), since), letter -> {
                count(topics.deadLetters());
                if (places.stream().anyMatch(place -> rejects(letter, place)) || holds(letter, id)) {
                    letters.add(letter);
                }
            });
        }
        return letters;
    }

    private static boolean holds(StoredDeadLetter letter, String id) {
        // As JSON has it: 'p-1' is not in "p-10".
        return new String(letter.bytes(), StandardCharsets.UTF_8).contains('"' + id + '"');
    }

    private static boolean rejects(StoredDeadLetter letter, Place place) {
        return letter.letter()
                .filter(known -> place.is(known.topic(), known.partition(), known.offset()))
                .isPresent();
    }

    private static List<Place> places(@Nullable Asked asked, List<Scored> scored) {
        List<Place> places = new ArrayList<>();
        if (asked != null) {
            places.add(asked.place());
        }
        scored.forEach(one -> places.add(one.place()));
        return places;
    }

    private List<SnapshotManifest> manifests() {
        Map<String, SnapshotManifest> byId = new TreeMap<>();
        each(topics.studentSnapshots(), null, record -> {
            try {
                SnapshotManifest manifest = SnapshotManifestCodec.decode(record.value());
                byId.put(manifest.id(), manifest);
            } catch (ContractException e) {
                progress.say(Place.of(record) + " is passed over: " + e.getMessage());
            }
        });
        return List.copyOf(byId.values());
    }

    private RolloutEvents rollout() {
        if (reader.partitions(topics.studentRollout()).isEmpty()) {
            return new RolloutEvents(List.of());
        }
        try (RolloutReader rollout = new RolloutReader(kafka, topics.studentRollout())) {
            return new RolloutEvents(rollout.readDecisions());
        }
    }

    private List<ServedOutcome> outcomes(String id, @Nullable Instant since) {
        List<ServedOutcome> outcomes = new ArrayList<>();
        each(topics.servedOutcomes(), since, record -> {
            try {
                ServedOutcome outcome = ServedOutcomeCodec.decode(record.value());
                if (outcome.responseId().equals(id) || outcome.conversation().equals(id)) {
                    outcomes.add(outcome);
                }
            } catch (ContractException e) {
                progress.say(Place.of(record) + " is passed over: " + e.getMessage());
            }
        });
        return outcomes;
    }

    /** Every record with a value, but markers of a source's end. */
    private void each(String topic, @Nullable Instant since, Consumer<ConsumerRecord<byte[], byte[]>> taken) {
        reader.read(topic, since, record -> {
            count(topic);
            if (record.value() != null && record.headers().lastHeader(EndOfSource.HEADER) == null) {
                taken.accept(record);
            }
        });
    }

    private void count(String topic) {
        read++;
        progress.reading(topic, read);
    }

    /** Empty for what is no prompt: the scorer has made it a dead letter, which is found by where it is. */
    private static Optional<Prompt> prompt(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(PromptCodec.decode(record.value()));
        } catch (ContractException e) {
            return Optional.empty();
        }
    }

    private static Optional<TeacherTargets> targets(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(TeacherTargetsCodec.decode(record.value()));
        } catch (ContractException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
