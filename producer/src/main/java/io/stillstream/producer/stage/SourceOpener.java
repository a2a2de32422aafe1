package io.stillstream.producer.stage;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.source.SourcePosition;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.parsing.UnknownFields;
import io.stillstream.producer.source.Line;
import io.stillstream.producer.source.LineSource;
import io.stillstream.producer.source.ReadPosition;
import io.stillstream.producer.source.Resumption;
import io.stillstream.producer.source.Sources;
import io.stillstream.producer.source.file.SourceFile;
import io.stillstream.producer.source.file.SourceFiles;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens sources where an earlier run had read them to, or this one before it closed them, and remembers the ids that were met
 * shortly before: those of all files of a source together, of which one may hold what another held.
 */
final class SourceOpener {

    private static final Logger LOG = LoggerFactory.getLogger(SourceOpener.class);

    private final TrafficConfig config;
    private final Clock clock;
    private final boolean single;
    private final Map<String, SourcePosition> stored;
    /** Of files that this run has closed, and may open again. */
    private final Map<String, SourcePosition> left = new HashMap<>();

    private final UnknownFields unknownFields = new UnknownFields();
    private RecentIds recent;
    private int recentRound = 1;
    private long readBefore;

    /** @param stored positions by source */
    SourceOpener(TrafficConfig config, Clock clock, Map<String, SourcePosition> stored) {
        this.config = config;
        this.clock = clock;
        this.stored = Map.copyOf(stored);
        recent = new RecentIds(config.duplicateWindow());
        single = SourceFiles.isSingle(config.source());
    }

    /**
     * What two producers must not read at once. A stream is another one each time.
     *
     * @return the end of a transactional id
     */
    static String identity(TrafficConfig config) {
        if (SourceFiles.isStream(config.source())) {
            return Sources.streamName(config.source()) + "-" + UUID.randomUUID();
        }
        return config.name().isBlank()
                ? Path.of(config.source()).toAbsolutePath().normalize().toString()
                : config.name();
    }

    /** Lines that were passed over because an earlier run had read them. */
    long readBefore() {
        return readBefore;
    }

    /** What the lines that were accepted held that nobody read. */
    UnknownFields unknownFields() {
        return unknownFields;
    }

    /** A stream, which has no position. */
    SourceReading input(LineSource lines) {
        return reading("", 1, lines, null);
    }

    /**
     * Whether an id is new among the last ones of the file; it is remembered either way. Each round begins anew: it is the same
     * ids again.
     */
    boolean isNew(String id, SourceReading reading) {
        return recent(reading.round()).add(reading.key(), id);
    }

    private RecentIds recent(int round) {
        if (round != recentRound) {
            recent = new RecentIds(config.duplicateWindow());
            recentRound = round;
        }
        return recent;
    }

    /** Notes how far a file was read that is closed, for when it is opened again. */
    void leave(SourceReading reading) {
        SourcePosition position = reading.position();
        if (position.line() > 0) {
            left.put(reading.key(), position);
        }
    }

    /** Whether a line of the file was read, by this run or by an earlier one. */
    boolean hasRead(SourceFile file) {
        String key = key(file);
        return left.containsKey(key) || stored.containsKey(key);
    }

    /** The file after its stored position, if it has one; empty when that is past this round. */
    Optional<SourceReading> open(SourceFile file, int round) {
        String key = key(file);
        boolean leftHere = left.containsKey(key);
        SourcePosition position = leftHere ? left.get(key) : stored.get(key);
        if (position != null && position.round() > round) {
            return Optional.empty();
        }
        var resumption = new Resumption(file, config.follow(), config.maxLineBytes());
        if (position == null || position.round() < round) {
            LOG.info("reading prompts from {}", file.path());
            return Optional.of(fresh(key, round, resumption.fromStart()));
        }
        var read = new ReadPosition(position.linesBefore(), position.line(), position.offset(), position.sha256());
        var seen = new SeenIds(key, file.name(), position.line() - config.duplicateWindow());
        // The ids of what this run has read are remembered already, or have been forgotten since.
        Resumption.Opened opened = resumption.after(read, leftHere ? () -> line -> {} : seen::again);
        if (!opened.resumed()) {
            return Optional.of(fresh(key, round, opened.lines()));
        }
        if (!leftHere) {
            recent(round).addAll(seen.ids);
            readBefore += position.line() - position.linesBefore();
        }
        LOG.info(
                "reading prompts from {} after line {}, where it was read to before{}",
                file.path(),
                position.line(),
                position.ended() ? ", its end then" : "");
        return Optional.of(reading(key, round, opened.lines(), position));
    }

    private String key(SourceFile file) {
        if (config.name().isBlank()) {
            return file.place().toString();
        }
        return single ? config.name() : config.name() + "/" + file.name();
    }

    private SourceReading fresh(String key, int round, LineSource lines) {
        return reading(key, round, lines, null);
    }

    private SourceReading reading(String key, int round, LineSource lines, @Nullable SourcePosition from) {
        // Counted once, however often the source is read.
        UnknownFields counted = round == 1 ? unknownFields : new UnknownFields();
        return new SourceReading(key, round, lines, parser(lines.name(), counted), from);
    }

    private PromptParser parser(String source, UnknownFields unknown) {
        return new PromptParser(source, config, clock, unknown);
    }

    /** The ids of the last lines before a position: a restart finds the same duplicates as one run would. */
    private final class SeenIds {

        private final String key;
        private final String source;
        private final long after;
        private RecentIds ids = new RecentIds(config.duplicateWindow());

        SeenIds(String key, String source, long after) {
            this.key = key;
            this.source = source;
            this.after = after;
        }

        Consumer<Line> again() {
            ids = new RecentIds(config.duplicateWindow());
            PromptParser parser = parser(source, new UnknownFields());
            return line -> {
                if (line.number() > after
                        && !line.blank()
                        && parser.parse(line) instanceof Outcome.Accepted<List<Prompt>> found) {
                    found.value().forEach(prompt -> {
                        boolean unused = ids.add(key, prompt.id());
                    });
                }
            };
        }
    }
}
