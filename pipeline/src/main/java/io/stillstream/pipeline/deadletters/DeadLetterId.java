package io.stillstream.pipeline.deadletters;

import io.stillstream.pipeline.PipelineException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a letter is on {@code dead-letters}, worded {@code partition@offset}. */
public record DeadLetterId(int partition, long offset) {

    private static final Pattern WORDING = Pattern.compile("(?:(\\d{1,9})@)?(\\d{1,18})");

    /** @throws PipelineException when it is neither {@code 0@17} nor {@code 17}, which is in partition 0 */
    public static DeadLetterId parse(String text) {
        Matcher matcher = WORDING.matcher(text);
        if (!matcher.matches()) {
            throw new PipelineException(
                    "'" + text + "' is no dead letter's id; expected one of the list's, such as 0@17");
        }
        String partition = matcher.group(1);
        return new DeadLetterId(partition == null ? 0 : Integer.parseInt(partition), Long.parseLong(matcher.group(2)));
    }

    @Override
    public String toString() {
        return partition + "@" + offset;
    }
}
