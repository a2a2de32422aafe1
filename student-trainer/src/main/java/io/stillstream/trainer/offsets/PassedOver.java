package io.stillstream.trainer.offsets;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is not to be trained on, but for the ends of sources among it. Of a place and a tenant alone it says whether a record is
 * meant, so that whoever reads the topic again passes over the same records.
 *
 * @param ranges of offsets, whoever's records they hold
 * @param tenants whose records are meant, and where
 */
public record PassedOver(List<OffsetRange> ranges, List<TenantStretch> tenants) {

    private static final PassedOver NOTHING = new PassedOver(List.of(), List.of());

    /** So many are told of. */
    private static final int FEW = 20;

    public PassedOver {
        ranges = List.copyOf(ranges);
        tenants = List.copyOf(tenants);
    }

    public static PassedOver nothing() {
        return NOTHING;
    }

    public static PassedOver ofRanges(List<OffsetRange> ranges) {
        return new PassedOver(ranges, List.of());
    }

    public boolean isNothing() {
        return ranges.isEmpty() && tenants.isEmpty();
    }

    /** Whether the offset is passed over, whoever's it is. */
    public boolean holds(int partition, long offset) {
        return ranges.stream().anyMatch(range -> range.holds(partition, offset));
    }

    /** Whether a record of that tenant is passed over at that place because it is the tenant's. */
    public boolean holds(String tenant, int partition, long offset) {
        return tenants.stream()
                .anyMatch(stretch -> stretch.tenant().equals(tenant) && stretch.holds(partition, offset));
    }

    /** Both, each once, ranges in their order. */
    public PassedOver and(PassedOver other) {
        return new PassedOver(
                Stream.concat(ranges.stream(), other.ranges.stream())
                        .distinct()
                        .sorted(OffsetRange.ORDER)
                        .toList(),
                Stream.concat(tenants.stream(), other.tenants.stream())
                        .distinct()
                        .toList());
    }

    /** What is in it and not in the other. */
    public PassedOver without(PassedOver other) {
        List<OffsetRange> otherRanges = new ArrayList<>(ranges);
        otherRanges.removeAll(other.ranges);
        List<TenantStretch> otherTenants = new ArrayList<>(tenants);
        otherTenants.removeAll(other.tenants);
        return new PassedOver(otherRanges, otherTenants);
    }

    /** The tenants whose quarantine lasts. */
    public Set<String> quarantined() {
        return tenants.stream()
                .filter(stretch -> !stretch.isLifted())
                .map(TenantStretch::tenant)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * The same, with a tenant's quarantine lifted.
     *
     * @param ends for each partition the offset that its next record gets
     */
    public PassedOver lifted(String tenant, Map<Integer, Long> ends) {
        return new PassedOver(
                ranges,
                tenants.stream()
                        .map(stretch -> stretch.tenant().equals(tenant) && !stretch.isLifted()
                                ? stretch.liftedAt(ends)
                                : stretch)
                        .toList());
    }

    /** For people: the first ranges, and how many there are. */
    public String summary() {
        if (isNothing()) {
            return "no offset";
        }
        List<String> all = Stream.concat(tenants.stream(), ranges.stream())
                .map(Object::toString)
                .toList();
        return all.stream().limit(FEW).collect(Collectors.joining(", "))
                + (all.size() > FEW ? " and " + (all.size() - FEW) + " more" : "");
    }
}
