package io.stillstream.contract.rewind;

import io.stillstream.contract.rejection.ContractException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which records of {@code teacher-targets} training passes over once it was taken back. */
public sealed interface Quarantine {

    String SINCE_CHAMPION = "since-champion";
    String TENANT = "tenant=";

    /** Everything after the champion's checkpoint that was on {@code teacher-targets} at the order. */
    record SinceChampion() implements Quarantine {

        @Override
        public String toString() {
            return SINCE_CHAMPION;
        }
    }

    /** The records of one tenant after the champion's checkpoint, also those that come later, until somebody lifts it. */
    record Tenant(String name) implements Quarantine {

        /** As long as a header of a call may be. */
        private static final int LONGEST = 1024;

        public Tenant {
            if (name.isBlank() || name.length() > LONGEST) {
                throw new ContractException("the tenant to be quarantined has a name of " + name.length()
                        + " characters; expected 1 to " + LONGEST + ", not all of them blank");
            }
        }

        @Override
        public String toString() {
            return TENANT + name;
        }
    }

    /** Ranges of offsets, whether they were read yet or not. */
    record Ranges(List<Range> ranges) implements Quarantine {

        /** So many are written by hand and found by a search; all fit in a record. */
        private static final int MOST = 10_000;

        public Ranges {
            ranges = List.copyOf(ranges);
            if (ranges.isEmpty() || ranges.size() > MOST) {
                throw new ContractException("a quarantine has " + ranges.size() + " ranges; expected 1 to " + MOST);
            }
        }

        @Override
        public String toString() {
            return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
        }
    }

    /**
     * Offsets of a partition: {@code 0:1200-1250}.
     *
     * @param last inclusive
     */
    record Range(int partition, long first, long last) {

        private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,18})-(\\d{1,18})");

        public Range {
            if (partition < 0 || first < 0 || last < first) {
                throw new ContractException("the range " + partition + ":" + first + "-" + last
                        + " is empty; expected PARTITION:FROM-TO with FROM at most TO");
            }
        }

        static Range parse(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                throw new ContractException("'" + text + "' is no quarantine; expected since-champion, tenant=NAME, or"
                        + " ranges of offsets as in 0:1200-1250,1:3-9, the last offset included");
            }
            return new Range(
                    Integer.parseInt(form.group(1)), Long.parseLong(form.group(2)), Long.parseLong(form.group(3)));
        }

        @Override
        public String toString() {
            return partition + ":" + first + "-" + last;
        }
    }

    /** @throws ContractException for anything that {@link Object#toString} does not give */
    static Quarantine parse(String text) {
        if (text.equals(SINCE_CHAMPION)) {
            return new SinceChampion();
        }
        if (text.startsWith(TENANT)) {
            return new Tenant(text.substring(TENANT.length()));
        }
        return new Ranges(Arrays.stream(text.split(",", -1)).map(Range::parse).toList());
    }
}
