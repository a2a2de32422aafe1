package io.stillstream.producer.stage;

import io.stillstream.producer.ProducerException;
import io.stillstream.producer.source.file.RotatedFiles;
import io.stillstream.producer.source.file.SourceFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is read as it grows. It is open as long as something comes: after a while in which nothing does it is closed, and
 * what stays is its position and what it looked like. When it looks otherwise it is opened again as a restart opens it, so
 * that a rotation or a truncation in between is found by the bytes. For one thread.
 */
final class FollowedFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedFile.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /** To open it again it is read up to its position: a large one stays open for longer, so that this takes little of the time. */
    private static final long BYTES_A_MILLISECOND = 1 << 10;

    private final SourceOpener opener;
    private final Duration standstill;
    private SourceFile file;
    private @Nullable SourceReading reading;
    private @Nullable FileState seen;
    /** The identity of the file that was closed last. */
    private @Nullable Object key;

    private boolean due = true;
    private boolean ended;
    private boolean leftBefore;
    private long quietSince;
    private long lookAt;
    private String failure = "";

    /** @param standstill how long nothing may come before it is closed */
    FollowedFile(SourceFile file, SourceOpener opener, Duration standstill) {
        this.file = file;
        this.opener = opener;
        this.standstill = standstill;
    }

    /** Looks at it again, if it is closed: when it has changed it is to be read. */
    void look(SourceFile found) {
        file = found;
        look();
    }

    void look() {
        if (reading != null || ended) {
            return;
        }
        FileState now = FileState.of(file.path());
        if (!now.equals(seen)) {
            seen = now;
            due = now.isThere();
        }
    }

    /** Its lines, which are opened here; empty as long as there is nothing to read. */
    Optional<SourceReading> reading() {
        if (reading == null && due) {
            due = false;
            open();
        }
        return Optional.ofNullable(reading);
    }

    boolean isEnded() {
        return ended;
    }

    private void open() {
        try {
            Optional<SourceReading> opened = opener.open(afterRenamed(), 1);
            reading = opened.orElse(null);
            ended = opened.isEmpty();
            seen = null;
            lookAt = System.nanoTime();
            grew();
            failure = "";
        } catch (ProducerException e) {
            // The others go on: this one came later, or it was there and is of a format that cannot be read.
            String message = String.valueOf(e.getMessage());
            if (!message.equals(failure)) {
                LOG.warn("not read: {}", message);
            }
            failure = message;
            if (opener.hasRead(file)) {
                // It can be read, but not at this moment: not only when it changes once more.
                seen = null;
            }
        }
    }

    /**
     * The file, after the one that had its name when it was closed: of which no line was read its key alone tells that it is
     * beside this one now.
     */
    private SourceFile afterRenamed() {
        Object closed = key;
        if (closed == null || opener.hasRead(file)) {
            return file;
        }
        Set<Path> before = new HashSet<>(file.rotated());
        RotatedFiles.of(file).stream()
                .map(SourceFile::place)
                .filter(place -> closed.equals(FileState.of(place).key()))
                .forEach(before::add);
        return new SourceFile(file.name(), file.path(), before);
    }

    /** Notes that something came. */
    void grew() {
        quietSince = System.nanoTime();
    }

    /** Notes that it was read to an end after which nothing comes. */
    void end() {
        close();
        ended = true;
    }

    /**
     * To be asked where nothing is left to be read, and to be followed by another look into it before it is left: then what it
     * looked like here has been read. What was last written long ago before it was opened is old, so that of many old files one
     * is open at a time; after that its own clock is not asked, which may be wrong.
     */
    boolean standsStill() {
        long now = System.nanoTime();
        if (now - lookAt < 0) {
            return false;
        }
        lookAt = now + LOOK_AGAIN.toNanos();
        FileState state = FileState.of(file.path());
        if (!state.equals(seen)) {
            seen = state;
            quietSince = now;
        }
        Duration patience = standstill.plusMillis(Math.max(0, state.size()) / BYTES_A_MILLISECOND);
        return now - quietSince >= patience.toNanos() || (!leftBefore && state.isUnwrittenFor(patience));
    }

    /** Whether its name stands for what it stood for when it was found to stand still. */
    boolean isAsSeen() {
        return FileState.of(file.path()).equals(seen);
    }

    /** Whether no file had its name when it was found to stand still. */
    boolean isGone() {
        return seen != null && !seen.isThere();
    }

    /** Closes it until it looks otherwise. What was read of it is to be delivered. */
    void leave() {
        if (reading == null || seen == null) {
            return;
        }
        LOG.info(
                "{}: it is closed, after line {}, until that changes",
                seen.isThere() ? file.path() + " has not grown for a while" : "there is no file " + file.path(),
                reading.position().line());
        key = seen.key();
        leftBefore = true;
        opener.leave(reading);
        close();
    }

    @Override
    public void close() {
        if (reading != null) {
            reading.close();
            reading = null;
        }
    }
}
