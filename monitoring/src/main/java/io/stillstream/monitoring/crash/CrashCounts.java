package io.stillstream.monitoring.crash;

import io.stillstream.contract.file.SmallFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often the process died of each record, in a small file that is replaced whenever that changes: at a start after a
 * death, and when a suspect turns out to be innocent. Safe for use by several threads.
 *
 * <p>The file's first line is the topic; every other line is partition, offset and deaths of a record.
 */
final class CrashCounts {

    private static final Logger LOG = LoggerFactory.getLogger(CrashCounts.class);

    /** Records that another process took over are never acquitted here; the oldest are dropped. */
    private static final int MOST_RECORDS = 10_000;

    private static final int COLUMNS = 3;

    private final Path file;
    private final String topic;
    private final Map<PartitionOffset, Integer> deaths = new LinkedHashMap<>();
    private volatile boolean empty = true;

    private CrashCounts(Path file, String topic) {
        this.file = file;
        this.topic = topic;
    }

    static CrashCounts read(Path file, String topic) throws IOException {
        var counts = new CrashCounts(file, topic);
        if (Files.exists(file)) {
            // Whatever is there: a file that holds something else counts nothing, and stops nobody.
            List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (!lines.isEmpty() && lines.get(0).equals(topic)) {
                lines.subList(1, lines.size()).forEach(counts::parse);
            } else {
                LOG.warn("{} is not of the topic {}, or damaged; what it counts is dropped", file, topic);
            }
        }
        counts.empty = counts.deaths.isEmpty();
        return counts;
    }

    private void parse(String line) {
        String[] columns = line.split(" ", -1);
        try {
            if (columns.length == COLUMNS) {
                deaths.put(
                        new PartitionOffset(Integer.parseInt(columns[0]), Long.parseLong(columns[1])),
                        Integer.parseInt(columns[2]));
                return;
            }
        } catch (NumberFormatException e) {
            LOG.debug("no number in {}", file, e);
        }
        LOG.warn("{} holds a line that is not partition, offset and deaths; it is left out", file);
    }

    int of(PartitionOffset record) {
        if (empty) {
            return 0;
        }
        synchronized (deaths) {
            return deaths.getOrDefault(record, 0);
        }
    }

    /** Counts one death of each. */
    void add(List<PartitionOffset> records) throws IOException {
        synchronized (deaths) {
            records.forEach(record -> deaths.merge(record, 1, Integer::sum));
            var oldest = deaths.keySet().iterator();
            for (int excess = deaths.size() - MOST_RECORDS; excess > 0; excess--) {
                oldest.next();
                oldest.remove();
            }
            write();
        }
    }

    /** Does nothing, and takes no time, where none of them is counted. */
    void remove(List<PartitionOffset> records) {
        if (empty) {
            return;
        }
        synchronized (deaths) {
            boolean changed = records.stream()
                            .map(deaths::remove)
                            .filter(Objects::nonNull)
                            .count()
                    > 0;
            if (changed) {
                try {
                    write();
                } catch (IOException e) {
                    throw new UncheckedIOException("the deaths by record could not be written to " + file, e);
                }
            }
        }
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder(topic).append('\n');
        deaths.forEach((record, count) -> text.append(record.partition())
                .append(' ')
                .append(record.offset())
                .append(' ')
                .append(count)
                .append('\n'));
        SmallFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        empty = deaths.isEmpty();
    }
}
