package io.stillstream.producer;

import io.stillstream.contract.rejection.RejectionCode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run of the producer sent and rejected.
 *
 * @param sent prompts that are on the topic for good, held-out ones included
 * @param heldOut those of them that are kept from training
 * @param rejections rejected lines by code, those first that were met first; each is a dead letter
 * @param readBefore lines that an earlier run had read, which were passed over
 * @param unknownFields how many accepted lines have each field that nobody read, by its path
 * @param stopped whether the producer was stopped before the traffic ended
 */
public record ProducerReport(
        long sent,
        long heldOut,
        List<RejectionCount> rejections,
        long readBefore,
        Map<String, Long> unknownFields,
        boolean stopped) {

    public ProducerReport {
        rejections = List.copyOf(rejections);
        unknownFields = Collections.unmodifiableMap(new TreeMap<>(unknownFields));
    }

    /** Rejected lines, whatever their code. */
    public long deadLetters() {
        return rejections.stream().mapToLong(RejectionCount::lines).sum();
    }

    /** Whether there was something to send, and none of it could be: all lines were rejected, or there was no line at all. */
    public boolean acceptedNothing() {
        return sent == 0 && (deadLetters() > 0 || (readBefore == 0 && !stopped));
    }

    /** Whether a file could not be read to its end. */
    public boolean damaged() {
        return rejections.stream().anyMatch(rejection -> rejection.code() == RejectionCode.DAMAGED_FILE);
    }
}
