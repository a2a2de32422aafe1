package io.stillstream.contract.rewind;

import io.stillstream.contract.rejection.ContractException;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Tells the running trainer to go back to a checkpoint and to pass over records from there on: a record of
 * {@code student-training-control}, written in one transaction with the decision that asks for it.
 *
 * @param id the hash of that decision: no other order has it, and the trainer's ledger names it once it is obeyed
 * @param decision its number
 * @param request what was asked for
 * @param snapshot the id of the champion after the decision, whose checkpoint is gone back to
 * @param contentHash the sha256 of its weights
 * @param ends for each partition of {@code teacher-targets}, by number, the offset that its next record got when it was decided;
 *     empty where there was no such topic
 * @param at when it was decided
 */
public record RewindOrder(
        String id,
        long decision,
        RewindRequest request,
        String snapshot,
        String contentHash,
        Map<Integer, Long> ends,
        Instant at) {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SNAPSHOT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    public RewindOrder {
        ends = Map.copyOf(ends);
        if (!SHA256.matcher(id).matches() || !SHA256.matcher(contentHash).matches()) {
            throw new ContractException("a rewind has the id '" + id + "' and the content hash '" + contentHash
                    + "'; expected two sha256 in 64 hexadecimal digits");
        }
        if (!SNAPSHOT.matcher(snapshot).matches() || decision < 1) {
            throw new ContractException("a rewind goes to the snapshot '" + snapshot + "' by decision " + decision
                    + "; expected an id of letters, digits, dots, underscores and hyphens, and 1 or more");
        }
        ends.forEach((partition, end) -> {
            if (partition < 0 || end < 0) {
                throw new ContractException("a rewind names the end " + end + " of partition " + partition
                        + "; expected no negative number");
            }
        });
    }
}
