package io.stillstream.producer.source;

import io.stillstream.producer.source.file.RotatedFiles;
import io.stillstream.producer.source.file.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a file where it was read to. Another file may have its name by now: then the old one is looked for beside it and read
 * to its end first, and those that came in between; where it cannot be found, the file is read from its start.
 */
public final class Resumption {

    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);

    private final SourceFile file;
    private final boolean follow;
    private final int maxLineBytes;

    public Resumption(SourceFile file, boolean follow, int maxLineBytes) {
        this.file = file;
        this.follow = follow;
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * An opened file.
     *
     * @param resumed whether it goes on after the position, in this file or in the one that had its name
     */
    public record Opened(LineSource lines, boolean resumed) {}

    /** The file from its start, and before it what had its name and belongs to the traffic too. */
    public LineSource fromStart() {
        List<SourceFile> before = RotatedFiles.of(file).stream()
                .filter(rotated -> file.rotated().contains(rotated.place()))
                .toList();
        return before.isEmpty()
                ? current(0)
                : chain(Sources.open(before.get(0), maxLineBytes, 0), before.subList(1, before.size()));
    }

    private LineSource current(long linesBefore) {
        return follow ? Sources.follow(file, maxLineBytes, linesBefore) : Sources.open(file, maxLineBytes, linesBefore);
    }

    /**
     * @param passed for each file that is tried, what is given its lines up to the position; of a file that is resumed the
     *     last one was given them
     */
    public Opened after(ReadPosition position, Supplier<Consumer<Line>> passed) {
        LineSource lines = current(position.linesBefore());
        if (lines.resume(position, passed.get())) {
            return new Opened(lines, true);
        }
        lines.close();
        List<SourceFile> rotated = RotatedFiles.of(file);
        for (int i = 0; i < rotated.size(); i++) {
            LineSource old = Sources.open(rotated.get(i), maxLineBytes, position.linesBefore());
            if (old.resume(position, passed.get())) {
                LOG.info(
                        "{} is another file than the one that was read to line {}: that one is {} now, and is read to its"
                                + " end first",
                        file.path(),
                        position.line(),
                        rotated.get(i).path());
                return new Opened(chain(old, rotated.subList(i + 1, rotated.size())), true);
            }
            old.close();
        }
        LOG.warn(
                "{} does not begin with the {} bytes that were read of it, up to line {}: it was rewritten, truncated or"
                        + " rotated, and the old one is not beside it; it is read from its start",
                file.path(),
                position.offset(),
                position.line());
        return new Opened(current(follow ? position.line() : 0), false);
    }

    private LineSource chain(LineSource old, List<SourceFile> between) {
        List<LongFunction<LineSource>> following = new ArrayList<>();
        for (SourceFile next : between) {
            following.add(lines -> Sources.open(next, maxLineBytes, lines));
        }
        following.add(this::current);
        return new ChainedLines(file.name(), old, following);
    }
}
