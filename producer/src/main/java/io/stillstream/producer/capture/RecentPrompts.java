package io.stillstream.producer.capture;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prompts that were captured a short while ago, redacted, by keyed hashes of what names them. In memory, bounded in time and
 * bytes. Thread-safe.
 */
final class RecentPrompts {

    private static final int OVERHEAD_BYTES = 512;

    private final Duration window;
    private final long maxBytes;
    private final Clock clock;
    /** From the oldest to the youngest, by a number. */
    private final Map<Long, Entry> entries = new LinkedHashMap<>();

    private final Map<String, Long> byName = new HashMap<>();
    private long next;
    private long bytes;

    /**
     * @param conversation the hash that names its conversation
     * @param names the hashes that it is found by, the conversation's among them
     * @param prompt encoded
     */
    record Entry(
            String conversation,
            List<String> names,
            @SuppressWarnings("ArrayRecordComponent") byte[] prompt,
            Instant at) {

        long bytes() {
            return (long) OVERHEAD_BYTES + prompt.length;
        }
    }

    RecentPrompts(Duration window, long maxBytes, Clock clock) {
        this.window = window;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /** A later one of the same name takes its place. */
    synchronized void add(String conversation, List<String> names, byte[] prompt) {
        if (window.isZero()) {
            return;
        }
        var entry = new Entry(conversation, names, prompt, clock.instant());
        long number = next++;
        entries.put(number, entry);
        bytes += entry.bytes();
        names.forEach(name -> byName.put(name, number));
        forget();
    }

    synchronized @Nullable Entry find(String name) {
        forget();
        Long number = byName.get(name);
        return number == null ? null : entries.get(number);
    }

    private void forget() {
        Instant oldest = clock.instant().minus(window);
        for (Iterator<Map.Entry<Long, Entry>> all = entries.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Long, Entry> next = all.next();
            Entry entry = next.getValue();
            if (bytes <= maxBytes && !entry.at().isBefore(oldest)) {
                return;
            }
            all.remove();
            bytes -= entry.bytes();
            entry.names().forEach(name -> byName.remove(name, next.getKey()));
        }
    }
}
