package io.stillstream.producer.source.file;

import io.stillstream.producer.ProducerException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the files of a source, and again while they are followed. Says which files beside them are not read: the first time,
 * and then only when those are others, since somebody looks every second. For one thread.
 */
public final class SourceLook {

    private static final Logger LOG = LoggerFactory.getLogger(SourceLook.class);

    private final String source;
    private List<String> others = List.of();

    /** @param source a file, a directory, or a pattern such as {@code logs/*.jsonl.gz} */
    public SourceLook(String source) {
        this.source = source;
    }

    /**
     * The files, sorted by name; those that had the name of another one belong to that one.
     *
     * @throws ProducerException when there is none
     */
    public List<SourceFile> first() {
        SourceFiles.Found found = look();
        if (found.files().isEmpty()) {
            throw new ProducerException(found.why());
        }
        return found.files();
    }

    /** The files as {@link #first} gives them; none where there is none now, as between a rotation and the first line after it. */
    public List<SourceFile> again() {
        return look().files();
    }

    private SourceFiles.Found look() {
        SourceFiles.Found found = SourceFiles.look(source);
        if (!found.files().isEmpty() && !found.others().equals(others)) {
            others = List.copyOf(found.others());
            LOG.info("not read, for their names: {}", others.isEmpty() ? "none any more" : String.join(", ", others));
        }
        return found;
    }
}
