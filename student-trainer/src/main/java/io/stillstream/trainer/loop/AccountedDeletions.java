package io.stillstream.trainer.loop;

import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.source.DeletedRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the topic has deleted behind the place to go on at: nothing to be trained on, as the ledger knows, or accepted as lost. */
final class AccountedDeletions implements DeletedRecords {

    private static final Logger LOG = LoggerFactory.getLogger(AccountedDeletions.class);

    private final Ledger ledger;
    private final boolean accepts;
    private final List<DispositionRun> all = new ArrayList<>();
    private final List<DispositionRun> lost = new ArrayList<>();

    /** @param accepts whether training goes on without what nobody knows of */
    AccountedDeletions(Ledger ledger, boolean accepts) {
        this.ledger = ledger;
        this.accepts = accepts;
    }

    @Override
    public Optional<List<DispositionRun>> account(TopicPartition partition, long first, long last) {
        Optional<List<DispositionRun>> known = ledger.passed(partition, first, last);
        if (known.isEmpty() && accepts) {
            LOG.warn(
                    "records {} to {} of {} were deleted before they were trained on; training goes on without them, as"
                            + " trainer.accept-changes allows",
                    first,
                    last,
                    partition);
            lost.add(new DispositionRun(Disposition.DELETED, partition.partition(), first, last));
            known = Optional.of(List.of(lost.get(lost.size() - 1)));
        }
        known.ifPresent(all::addAll);
        return known;
    }

    /** What the next step begins with. */
    List<DispositionRun> all() {
        return List.copyOf(all);
    }

    /** What was accepted as lost now. */
    List<DispositionRun> lost() {
        return List.copyOf(lost);
    }
}
