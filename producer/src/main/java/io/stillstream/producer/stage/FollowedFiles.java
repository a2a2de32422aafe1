package io.stillstream.producer.stage;

import io.stillstream.producer.source.file.RotatedFiles;
import io.stillstream.producer.source.file.SourceFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of a source that are read as they grow, and those that come to them. For one thread. */
final class FollowedFiles implements AutoCloseable {

    private final SourceOpener opener;
    private final Duration standstill;
    private final Map<Path, FollowedFile> files = new LinkedHashMap<>();

    /** @param standstill how long nothing may come to a file before it is closed */
    FollowedFiles(SourceOpener opener, Duration standstill) {
        this.opener = opener;
        this.standstill = standstill;
    }

    /** Takes up files that are new, and looks at those that are closed. */
    void look(List<SourceFile> found) {
        for (SourceFile file : found) {
            Path place = file.place();
            FollowedFile known = files.get(place);
            if (known != null) {
                known.look(file);
            } else if (!hadNameOfOneKnown(place)) {
                files.put(place, new FollowedFile(file, opener, standstill));
            }
        }
        files.values().forEach(FollowedFile::look);
    }

    /** A pattern may match rotated files too, and the name that they had may be without a file now: they were read under it. */
    private boolean hadNameOfOneKnown(Path place) {
        return RotatedFiles.earlierNames(place).stream().anyMatch(files::containsKey);
    }

    List<FollowedFile> all() {
        return List.copyOf(files.values());
    }

    /** Whether no file that was found can grow. */
    boolean areEnded() {
        return !files.isEmpty() && files.values().stream().allMatch(FollowedFile::isEnded);
    }

    @Override
    public void close() {
        files.values().forEach(FollowedFile::close);
    }
}
