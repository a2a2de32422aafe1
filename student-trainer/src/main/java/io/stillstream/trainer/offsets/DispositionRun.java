package io.stillstream.trainer.offsets;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Consecutive offsets of a partition that were passed one after the other and met the same disposition. The text form is the
 * fate's letter, partition, first and last offset: {@code t0:17-19}.
 *
 * @param last inclusive
 */
public record DispositionRun(Disposition disposition, int partition, long first, long last) {

    private static final Pattern FORM = Pattern.compile("([a-z])(\\d{1,9}):(\\d{1,18})-(\\d{1,18})");

    public DispositionRun {
        if (partition < 0 || first < 0 || last < first) {
            throw new IllegalArgumentException(
                    "offsets " + first + " to " + last + " of partition " + partition + " are no run");
        }
    }

    public long count() {
        return last - first + 1;
    }

    public boolean holds(int ofPartition, long offset) {
        return partition == ofPartition && first <= offset && offset <= last;
    }

    /** Whether the other run continues this one. */
    public boolean isFollowedBy(DispositionRun next) {
        return disposition == next.disposition && partition == next.partition && last + 1 == next.first;
    }

    public static DispositionRun parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no run; expected a form as t0:17-19");
        }
        return new DispositionRun(
                Disposition.of(form.group(1).charAt(0)),
                Integer.parseInt(form.group(2)),
                Long.parseLong(form.group(3)),
                Long.parseLong(form.group(4)));
    }

    @Override
    public String toString() {
        return disposition.letter() + "" + partition + ":" + first + "-" + last;
    }
}
