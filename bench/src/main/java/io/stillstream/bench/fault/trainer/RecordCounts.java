package io.stillstream.bench.fault.trainer;

import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The records that the weights were trained on, compared with what the topic holds. The trainer's own ledger lists which
 * records a step was made of; of a step that was taken twice the last time counts, for the weights of the first are lost.
 *
 * @param trained records in the weights, each as often as it is there
 * @param lost records that were to be trained on, lie before one that was, and are not in the weights
 * @param duplicated times that records are in the weights after their first
 * @param misrouted offsets with a wrong disposition, such as a held-out record that was trained on
 */
public record RecordCounts(long trained, long lost, long duplicated, long misrouted) {

    public boolean clean() {
        return lost == 0 && duplicated == 0 && misrouted == 0;
    }

    static RecordCounts of(LedgerAudit audit, TopicContents contents) {
        Map<Long, List<DispositionRun>> steps = new TreeMap<>();
        for (LedgerAudit.Line line : audit.lines()) {
            if (audit.isLive(line) && line.entry() instanceof LedgerEntry.Stepped stepped) {
                steps.put(stepped.step(), stepped.runs());
            }
        }
        Map<Integer, Long> reached = new HashMap<>();
        Set<String> seen = new HashSet<>();
        long trained = 0;
        long duplicated = 0;
        long misrouted = 0;
        for (List<DispositionRun> runs : steps.values()) {
            for (DispositionRun run : runs) {
                reached.merge(run.partition(), run.last() + 1, Math::max);
                for (long offset = run.first(); offset <= run.last(); offset++) {
                    misrouted += run.disposition() == disposition(contents, run.partition(), offset) ? 0 : 1;
                    if (run.disposition() == Disposition.TRAINED) {
                        trained++;
                        duplicated += seen.add(run.partition() + "@" + offset) ? 0 : 1;
                    }
                }
            }
        }
        long due = 0;
        for (Map.Entry<Integer, Long> partition : reached.entrySet()) {
            due +=
                    contents
                            .kinds()
                            .getOrDefault(partition.getKey(), new TreeMap<>())
                            .headMap(partition.getValue())
                            .values()
                            .stream()
                            .filter(kind -> kind == TopicContents.Kind.TRAINABLE)
                            .count();
        }
        return new RecordCounts(trained, due - (trained - duplicated), duplicated, misrouted);
    }

    private static Disposition disposition(TopicContents contents, int partition, long offset) {
        TopicContents.Kind kind =
                contents.kinds().getOrDefault(partition, new TreeMap<>()).get(offset);
        if (kind == null) {
            return Disposition.NO_RECORD;
        }
        return switch (kind) {
            case TRAINABLE -> Disposition.TRAINED;
            case HELD_OUT -> Disposition.HELD_OUT;
            case UNREADABLE -> Disposition.REJECTED;
            case END_OF_SOURCE -> Disposition.END_OF_SOURCE;
        };
    }
}
