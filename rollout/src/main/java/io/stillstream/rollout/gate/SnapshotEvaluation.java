package io.stillstream.rollout.gate;

import io.stillstream.contract.rollout.SnapshotReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a snapshot made of each of some held-out records.
 *
 * @param snapshot that was evaluated
 * @param input sha256 of the records, by which evaluations are known to be of the same ones
 * @param records in the order of the topic
 */
public record SnapshotEvaluation(SnapshotReference snapshot, String input, List<RecordEvaluation> records) {

    /** @throws IllegalArgumentException when a record is there twice */
    public SnapshotEvaluation {
        records = List.copyOf(records);
        Set<String> coordinates = new HashSet<>();
        for (RecordEvaluation record : records) {
            if (!coordinates.add(record.coordinates())) {
                throw new IllegalArgumentException("the evaluation of " + snapshot.id() + " has the record "
                        + record.coordinates() + " twice; expected each once");
            }
        }
    }
}
