package io.stillstream.trainer.ledger;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.PassedOver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger lists up to the last line that it had when this was made, and which offsets are missing or listed twice. The file is
 * read again for each question, so that a ledger of any length takes little memory. For commands that show it; a trainer, and whoever
 * asks it to go back, reads it by {@link Ledger} and {@link LiveSteps}.
 */
public final class LedgerAudit {

    private final LedgerFile file;
    private final Lineage lineage = new Lineage();
    private final LedgerFile.End end;

    /** The sha256 of manifests, by kind and id. */
    private final Map<String, Map<String, Set<String>>> manifests = new HashMap<>();

    private long size;
    private long starts;

    /** An entry and the position after it. */
    public record Line(LedgerEntry entry, LedgerPosition end) {}

    /**
     * What a ledger lists, without abandoned branches.
     *
     * @param offsets by disposition
     * @param gaps offsets that lie between two that are accounted for, and are not
     * @param overlaps offsets that are accounted for twice
     * @param findings a sentence for each gap and overlap
     * @param next for each partition the first offset that is not accounted for
     */
    public record Summary(
            long steps,
            Map<Disposition, Long> offsets,
            long gaps,
            long overlaps,
            List<String> findings,
            Map<Integer, Long> next) {}

    private LedgerAudit(LedgerFile file) {
        this.file = file;
        this.end = file.scan((entry, end) -> {
            size++;
            if (entry instanceof LedgerEntry.Rewound rewound) {
                lineage.rewound(end.bytes(), rewound.bytes());
            } else if (entry instanceof LedgerEntry.Started) {
                starts++;
            } else if (entry instanceof LedgerEntry.Saved saved) {
                manifests
                        .computeIfAbsent(saved.kind(), kind -> new HashMap<>())
                        .computeIfAbsent(saved.id(), id -> new TreeSet<>())
                        .add(saved.manifest());
            }
        });
    }

    /** @throws TrainerException when a line was changed after it was written */
    public static LedgerAudit of(Path dataDirectory) {
        return new LedgerAudit(LedgerFile.in(dataDirectory));
    }

    /** The number of lines. */
    public long size() {
        return size;
    }

    /** How often a trainer has started. */
    public long starts() {
        return starts;
    }

    /** All lines, in memory. */
    public List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        forEach(lines::add);
        return lines;
    }

    /** @param skipped how many lines to leave out first */
    public void forEachAfter(long skipped, Consumer<Line> reader) {
        long[] seen = {0};
        forEach(line -> {
            if (seen[0]++ >= skipped) {
                reader.accept(line);
            }
        });
    }

    /** A trainer may have written more since. */
    private void forEach(Consumer<Line> reader) {
        file.scan((entry, end) -> {
            if (end.bytes() <= head().bytes()) {
                reader.accept(new Line(entry, end));
            }
        });
    }

    public Lineage lineage() {
        return lineage;
    }

    public boolean isLive(Line line) {
        return lineage.holds(line.end().bytes());
    }

    /** The bytes of an unfinished last line: a trainer is writing it, or was killed there. */
    public long tornBytes() {
        return end.tornBytes();
    }

    /**
     * The sha256 of every manifest that was written for a checkpoint or snapshot, by its id: one that was about to be written when
     * the process died was written again.
     *
     * @param kind {@code checkpoint} or {@code snapshot}
     */
    public Map<String, Set<String>> manifests(String kind) {
        return manifests.getOrDefault(kind, Map.of());
    }

    /** Those of them that are the end of a line. */
    public Set<LedgerPosition> ends(Set<LedgerPosition> positions) {
        Set<LedgerPosition> found = new HashSet<>();
        forEach(line -> {
            if (positions.contains(line.end())) {
                found.add(line.end());
            }
        });
        return found;
    }

    /** Whether it is the checksum of all lines up to some line, so that none of those was changed since it was taken. */
    public boolean holds(String checksum) {
        boolean[] found = {false};
        forEach(line -> found[0] |= line.end().checksum().equals(checksum));
        return found[0];
    }

    /** The position after the last line: its checksum, kept elsewhere, tells a ledger that was rewritten as a whole. */
    public LedgerPosition head() {
        return end.end();
    }

    /**
     * The steps that led from one place to a later one, whether that is on the branch that goes on or not.
     *
     * @param from such as that of a checkpoint
     * @param to such as that of a snapshot after it
     * @throws TrainerException when the one does not lead to the other
     */
    public List<LedgerEntry.Stepped> stepsBetween(LedgerPosition from, LedgerPosition to) {
        Lineage then = lineage.until(to.bytes() - 1);
        Set<LedgerPosition> ends = ends(Set.of(from, to));
        boolean leads = from.bytes() < to.bytes()
                && (from.bytes() == 0 || (ends.contains(from) && then.holds(from.bytes())))
                && ends.contains(to);
        if (!leads) {
            throw new TrainerException(
                    "by the ledger the steps up to byte " + from.bytes() + " did not lead to those up to " + to.bytes()
                            + ": the one snapshot was not trained on from the other");
        }
        List<LedgerEntry.Stepped> steps = new ArrayList<>();
        forEach(line -> {
            long bytes = line.end().bytes();
            if (line.entry() instanceof LedgerEntry.Stepped step
                    && bytes > from.bytes()
                    && bytes <= to.bytes()
                    && then.holds(bytes)) {
                steps.add(step);
            }
        });
        return steps;
    }

    /** What is quarantined now. */
    public PassedOver passedOver() {
        PassedOver[] passedOver = {PassedOver.nothing()};
        forEach(line -> passedOver[0] = Ledger.after(line.entry(), passedOver[0]));
        return passedOver[0];
    }

    /**
     * The rewind since which an offset is passed over; empty where it is not, or an earlier rewind was revoked since. Of a
     * tenant's records those that were passed over in a step are known.
     */
    public Optional<LedgerEntry.Rewound> quarantineOf(int partition, long offset) {
        List<LedgerEntry.Rewound> rewinds = new ArrayList<>();
        boolean[] skipped = {false};
        forEach(line -> {
            if (line.entry() instanceof LedgerEntry.Rewound rewound) {
                rewinds.add(rewound);
            } else if (line.entry() instanceof LedgerEntry.Stepped stepped && isLive(line)) {
                skipped[0] |= stepped.runs().stream()
                        .anyMatch(run -> run.disposition() == Disposition.SKIPPED && run.holds(partition, offset));
            }
        });
        LedgerEntry.@Nullable Rewound since = null;
        for (LedgerEntry.Rewound rewound : rewinds) {
            PassedOver found = rewound.passedOver();
            boolean holds = found.holds(partition, offset)
                    || (skipped[0] && found.tenants().stream().anyMatch(stretch -> stretch.holds(partition, offset)));
            since = !holds ? null : since == null ? rewound : since;
        }
        return Optional.ofNullable(since);
    }

    /** The steps that list a record, also on abandoned branches. */
    public List<Line> stepsOf(int partition, long offset) {
        List<Line> steps = new ArrayList<>();
        forEach(line -> {
            if (line.entry() instanceof LedgerEntry.Stepped stepped && stepped.holds(partition, offset)) {
                steps.add(line);
            }
        });
        return steps;
    }

    public Summary summary() {
        var sums = new Sums();
        forEach(line -> {
            if (isLive(line)) {
                sums.add(line.entry());
            }
        });
        return sums.summary();
    }

    /** What lines add up to. */
    private static final class Sums {

        private final Map<Integer, Long> next = new TreeMap<>();
        private final Map<Disposition, Long> offsets = new EnumMap<>(Disposition.class);
        private final List<String> findings = new ArrayList<>();
        private long steps;
        private long gaps;
        private long overlaps;

        void add(LedgerEntry entry) {
            if (entry instanceof LedgerEntry.Started started) {
                started.offsets().forEach(next::putIfAbsent);
            } else if (entry instanceof LedgerEntry.Rewound rewound) {
                findings.addAll(differences(rewound, next));
            } else if (entry instanceof LedgerEntry.Stepped stepped) {
                steps++;
                stepped.runs().forEach(run -> add(run, stepped.step()));
            }
        }

        private void add(DispositionRun run, long step) {
            long expected = next.getOrDefault(run.partition(), run.first());
            if (run.first() > expected) {
                gaps += run.first() - expected;
                findings.add("gap: offsets " + expected + " to " + (run.first() - 1) + " of partition "
                        + run.partition() + " are missing before step " + step);
            } else if (run.first() < expected) {
                long twice = Math.min(expected, run.last() + 1) - run.first();
                overlaps += twice;
                findings.add("overlap: offsets " + run.first() + " to " + (run.first() + twice - 1) + " of partition "
                        + run.partition() + " are listed a second time in step " + step);
            }
            next.put(run.partition(), Math.max(expected, run.last() + 1));
            offsets.merge(run.disposition(), run.count(), Long::sum);
        }

        Summary summary() {
            return new Summary(steps, offsets, gaps, overlaps, findings, next);
        }
    }

    /** A rewind says where it went back to; the steps that led there say so too. */
    private static List<String> differences(LedgerEntry.Rewound rewound, Map<Integer, Long> next) {
        Map<Integer, Long> known = new HashMap<>(rewound.offsets());
        known.keySet().retainAll(next.keySet());
        return known.equals(next)
                ? List.of()
                : List.of("the rewind to " + rewound.to() + " says that training continues at " + rewound.offsets()
                        + ", the steps before it end at " + next);
    }
}
