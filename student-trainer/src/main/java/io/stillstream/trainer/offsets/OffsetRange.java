package io.stillstream.trainer.offsets;

import io.stillstream.trainer.TrainerException;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Offsets of a partition that are not to be trained on, {@code 0@100..250}.
 *
 * @param last inclusive
 */
public record OffsetRange(int partition, long first, long last) {

    public static final Comparator<OffsetRange> ORDER =
            Comparator.comparingInt(OffsetRange::partition).thenComparingLong(OffsetRange::first);

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})@(\\d{1,18})\\.\\.(\\d{1,18})");

    public OffsetRange {
        if (partition < 0 || first < 0 || last < first) {
            throw new TrainerException("the offset range " + partition + "@" + first + ".." + last
                    + " is empty; expected PARTITION@FROM..TO with FROM at most TO");
        }
    }

    /** @throws TrainerException when the text has another form */
    public static OffsetRange parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TrainerException("'" + text
                    + "' is no offset range; expected PARTITION@FROM..TO as in 0@100..250, the last offset included");
        }
        return new OffsetRange(
                Integer.parseInt(form.group(1)), Long.parseLong(form.group(2)), Long.parseLong(form.group(3)));
    }

    public boolean holds(int ofPartition, long offset) {
        return partition == ofPartition && first <= offset && offset <= last;
    }

    @Override
    public String toString() {
        return partition + "@" + first + ".." + last;
    }
}
