package io.stillstream.pipeline.deadletters;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.monitoring.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A record of {@code dead-letters}, whether or not its headers are those of a dead letter. */
public final class StoredDeadLetter {

    private final ConsumerRecord<byte[], byte[]> record;
    private final @Nullable DeadLetter letter;
    private final String problem;

    private StoredDeadLetter(ConsumerRecord<byte[], byte[]> record, @Nullable DeadLetter letter, String problem) {
        this.record = record;
        this.letter = letter;
        this.problem = problem;
    }

    static StoredDeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        record.headers().forEach(header -> headers.put(header.key(), header.value()));
        try {
            return new StoredDeadLetter(record, DeadLetter.fromHeaders(headers), "");
        } catch (ContractException e) {
            return new StoredDeadLetter(record, null, String.valueOf(e.getMessage()));
        }
    }

    public DeadLetterId id() {
        return new DeadLetterId(record.partition(), record.offset());
    }

    /** Of the record: when it was rejected; for a scorer's, when the prompt was sent. */
    public Instant time() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** Empty where the headers cannot be read. */
    public Optional<DeadLetter> letter() {
        return Optional.ofNullable(letter);
    }

    /** The stage that rejected it; empty where the headers name none that there is. */
    public Optional<Stage> stage() {
        return letter().flatMap(known -> Arrays.stream(Stage.values())
                .filter(stage -> stage.label().equals(known.stage()))
                .findFirst());
    }

    /** The label of the reason, or a dash where the headers cannot be read. */
    public String code() {
        return letter == null ? "-" : letter.rejection().code().label();
    }

    /** The sentence that says why. */
    public String detail() {
        return letter == null
                ? "its headers cannot be read: " + problem
                : letter.rejection().detail();
    }

    /** Where the original was read: {@code traffic.jsonl:12} or {@code prompts 0@17}. */
    public String from() {
        if (letter == null) {
            return "-";
        }
        return letter.partition() < 0
                ? letter.topic() + ":" + letter.offset()
                : letter.topic() + " " + letter.partition() + "@" + letter.offset();
    }

    /** How many bytes the original had, where only its beginning is here. */
    public Optional<String> bytesBeforeTruncation() {
        return Optional.ofNullable(record.headers().lastHeader(DeadLetter.ORIGINAL_BYTES))
                .map(header -> new String(header.value(), StandardCharsets.UTF_8));
    }

    /** Not a copy; to be read only. */
    byte @Nullable [] key() {
        return record.key();
    }

    /** The original, or its beginning; nothing where the original had no value. Not a copy; to be read only. */
    public byte[] bytes() {
        return record.value() == null ? new byte[0] : record.value();
    }

    /** Null where the original had none. */
    byte @Nullable [] value() {
        return record.value();
    }

    /** In their order on the topic. */
    public List<Header> headers() {
        return List.of(record.headers().toArray());
    }
}
