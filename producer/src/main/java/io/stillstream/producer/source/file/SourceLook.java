package io.stillstream.producer.source.file;

import io.stillstream.producer.ProducerException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the files of a source, and again while they are followed. Says which files beside them are not read: the first time,
 * and then only when those are others, since somebody looks every second. For one thread.
 */
public final class SourceLook {

    private static final Logger LOG = LoggerFactory.getLogger(SourceLook.class);

    private final Supplier<SourceFiles.Found> find;
    private List<String> others = List.of();

    /** @param source a file, a directory, or a pattern such as {@code logs/*.jsonl.gz} */
    public SourceLook(String source) {
        this(() -> SourceFiles.look(source));
    }

    SourceLook(Supplier<SourceFiles.Found> find) {
        this.find = find;
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
        try {
            return look().files();
        } catch (ProducerException e) {
            if (isRename(e)) {
                LOG.debug("a file was renamed while files were looked for", e);
                return List.of();
            }
            throw e;
        }
    }

    /** Between the names in a directory and what they stand for, a rotation may come. */
    private static boolean isRename(ProducerException failure) {
        Throwable reason = failure.getCause();
        return reason instanceof NoSuchFileException
                || (reason instanceof UncheckedIOException && reason.getCause() instanceof NoSuchFileException);
    }

    private SourceFiles.Found look() {
        SourceFiles.Found found = find.get();
        if (!found.files().isEmpty() && !found.others().equals(others)) {
            others = List.copyOf(found.others());
            LOG.info("not read, for their names: {}", others.isEmpty() ? "none any more" : String.join(", ", others));
        }
        return found;
    }
}
