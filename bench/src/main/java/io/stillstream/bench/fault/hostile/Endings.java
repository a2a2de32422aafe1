package io.stillstream.bench.fault.hostile;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.source.EndOfSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** What became of each record of the stream, as the topics tell: a dead letter, or targets that can be read. */
final class Endings {

    private static final String SCORED = "scored";
    private static final String READ = "read";
    private static final String NOTHING = "nothing";

    private final Topics topics;

    /** Kinds of what was sent, by topic, partition and offset. */
    private final Map<Place, String> hostile = new LinkedHashMap<>();

    /** Of those that have an id, under which they are scored where they are harmless. */
    private final Map<String, Place> hostileIds = new HashMap<>();

    private final Map<Place, List<String>> letters = new HashMap<>();
    private final Map<Place, Integer> hostileScored = new HashMap<>();
    /** Hostile targets that can be decoded; the trainer may still refuse them. */
    private final Map<Place, Integer> hostileRead = new HashMap<>();

    private final Map<String, Integer> scored = new HashMap<>();
    private byte @Nullable [] goodTargets;

    private record Place(String topic, int partition, long offset) {}

    Endings(Topics topics) {
        this.topics = topics;
    }

    void sent(HostileRecord record, RecordMetadata written) {
        var place = new Place(written.topic(), written.partition(), written.offset());
        hostile.put(place, record.kind());
        String id = record.id();
        if (id != null) {
            hostileIds.put(id, place);
        }
    }

    int hostile() {
        return hostile.size();
    }

    /** The first targets that were scored of a prompt that is right; null before there are any. */
    byte @Nullable [] goodTargets() {
        return goodTargets;
    }

    /** How many records have met an end: those that are hostile, and those that are right. */
    int seen() {
        return scored.size()
                + (int) hostile.keySet().stream()
                        .filter(place -> !met(place).isEmpty())
                        .count();
    }

    /** Forgets what was taken, to take all of it again. */
    void forget() {
        letters.clear();
        hostileScored.clear();
        hostileRead.clear();
        scored.clear();
    }

    void take(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value());
        }
        if (record.topic().equals(topics.deadLetters())) {
            DeadLetter letter = DeadLetter.fromHeaders(headers);
            letters.computeIfAbsent(
                            new Place(letter.topic(), letter.partition(), letter.offset()), unused -> new ArrayList<>())
                    .add(letter.rejection().code().label());
        } else if (!EndOfSource.isMarkedBy(headers.get(EndOfSource.HEADER))) {
            takeTargets(record);
        }
    }

    private void takeTargets(ConsumerRecord<byte[], byte[]> record) {
        var place = new Place(record.topic(), record.partition(), record.offset());
        boolean ours = !hostile.containsKey(place);
        try {
            String id = TeacherTargetsCodec.decode(record.value()).promptId();
            Place prompt = hostileIds.get(id);
            if (!ours) {
                hostileRead.merge(place, 1, Integer::sum);
            } else if (prompt != null) {
                hostileScored.merge(prompt, 1, Integer::sum);
            } else {
                scored.merge(id, 1, Integer::sum);
                goodTargets = goodTargets == null ? record.value() : goodTargets;
            }
        } catch (ContractException | NullPointerException e) {
            // One that is hostile: the trainer's dead letter is its end.
            if (ours) {
                throw e;
            }
        }
    }

    /** What a hostile record met: codes of dead letters; that it was scored; or that it was read, where no letter says more. */
    private List<String> met(Place place) {
        List<String> met = new ArrayList<>(letters.getOrDefault(place, List.of()));
        for (int i = 0; i < hostileScored.getOrDefault(place, 0); i++) {
            met.add(SCORED);
        }
        if (met.isEmpty() && hostileRead.containsKey(place)) {
            met.add(READ);
        }
        return met;
    }

    SortedMap<String, SortedMap<String, Integer>> outcomes() {
        SortedMap<String, SortedMap<String, Integer>> outcomes = new TreeMap<>();
        hostile.forEach((place, kind) -> {
            List<String> met = met(place);
            outcomes.computeIfAbsent(kind, unused -> new TreeMap<>())
                    .merge(met.isEmpty() ? NOTHING : String.join("+", met), 1, Integer::sum);
        });
        return outcomes;
    }

    int vanished() {
        return (int)
                hostile.keySet().stream().filter(place -> met(place).isEmpty()).count();
    }

    int twice() {
        return (int)
                hostile.keySet().stream().filter(place -> met(place).size() > 1).count();
    }

    /** Distinct prompts that are right and were scored. */
    int scored() {
        return scored.size();
    }

    int duplicated() {
        return scored.values().stream().mapToInt(times -> times - 1).sum();
    }

    /** Records of {@code teacher-targets} that a trainer must take: all that can be read, less those that it refuses. */
    long due() {
        long harmless = hostile.keySet().stream()
                .flatMap(place -> met(place).stream())
                .filter(end -> end.equals(READ) || end.equals(SCORED))
                .count();
        return scored.values().stream().mapToInt(Integer::intValue).sum() + harmless;
    }
}
