package io.stillstream.trainer.offsets;

import io.stillstream.trainer.TrainerException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the records of one tenant are not to be trained on.
 *
 * @param from for each partition, by number, the first offset; a partition that is not named, from its beginning
 * @param until for each partition the first offset after it, since the quarantine was lifted; empty while it lasts
 */
public record TenantStretch(String tenant, Map<Integer, Long> from, Map<Integer, Long> until) {

    public TenantStretch {
        from = Map.copyOf(from);
        until = Map.copyOf(until);
    }

    public boolean isLifted() {
        return !until.isEmpty();
    }

    /** Whether a record of the tenant at that place is meant. */
    public boolean holds(int partition, long offset) {
        return offset >= from.getOrDefault(partition, 0L)
                && (!isLifted() || offset < until.getOrDefault(partition, 0L));
    }

    /**
     * The same, ended.
     *
     * @param ends for each partition the offset that its next record gets
     * @throws TrainerException where there is no partition
     */
    public TenantStretch liftedAt(Map<Integer, Long> ends) {
        if (ends.isEmpty()) {
            throw new TrainerException("the quarantine of the tenant " + tenant
                    + " cannot be lifted at the end of a topic without partitions");
        }
        return new TenantStretch(tenant, from, ends);
    }

    /** For people: {@code tenant=NAME from 0@100, 1@90 on}. */
    @Override
    public String toString() {
        return "tenant=" + tenant + " from " + places(from) + (isLifted() ? " to before " + places(until) : " on");
    }

    private static String places(Map<Integer, Long> offsets) {
        StringBuilder places = new StringBuilder();
        new TreeMap<>(offsets)
                .forEach((partition, offset) -> places.append(places.isEmpty() ? "" : ", ")
                        .append(partition)
                        .append('@')
                        .append(offset));
        return places.isEmpty() ? "the beginning" : places.toString();
    }
}
