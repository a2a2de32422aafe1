package io.stillstream.trainer.ledger;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.PassedOver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole ledger into memory: what it lists, and which offsets are missing or listed twice. For commands that show it; a
 * trainer, and whoever asks it to go back, reads it by {@link Ledger} and {@link LiveSteps}.
 */
public final class LedgerAudit {

    private final List<Line> lines = new ArrayList<>();
    private final Lineage lineage = new Lineage();
    private final long tornBytes;

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
        this.tornBytes = file.read((entry, end) -> {
            lines.add(new Line(entry, end));
            if (entry instanceof LedgerEntry.Rewound rewound) {
                lineage.rewound(end.bytes(), rewound.bytes());
            }
        });
    }

    /** @throws TrainerException when a line was changed after it was written */
    public static LedgerAudit of(Path dataDirectory) {
        return new LedgerAudit(LedgerFile.in(dataDirectory));
    }

    public List<Line> lines() {
        return List.copyOf(lines);
    }

    public Lineage lineage() {
        return lineage;
    }

    public boolean isLive(Line line) {
        return lineage.holds(line.end().bytes());
    }

    /** The bytes of an unfinished last line: a trainer is writing it, or was killed there. */
    public long tornBytes() {
        return tornBytes;
    }

    /**
     * The sha256 of every manifest that was written for a checkpoint or snapshot: one that was about to be written when the
     * process died was written again.
     *
     * @param kind {@code checkpoint} or {@code snapshot}
     */
    public Set<String> manifests(String kind, String id) {
        return lines.stream()
                .map(Line::entry)
                .filter(LedgerEntry.Saved.class::isInstance)
                .map(LedgerEntry.Saved.class::cast)
                .filter(saved -> saved.kind().equals(kind) && saved.id().equals(id))
                .map(LedgerEntry.Saved::manifest)
                .collect(Collectors.toSet());
    }

    /** Whether it is the end of a line. */
    public boolean holds(LedgerPosition position) {
        return lines.stream().anyMatch(line -> line.end().equals(position));
    }

    /** Whether it is the checksum of all lines up to some line, so that none of those was changed since it was taken. */
    public boolean holds(String checksum) {
        return lines.stream().anyMatch(line -> line.end().checksum().equals(checksum));
    }

    /** The position after the last line: its checksum, kept elsewhere, tells a ledger that was rewritten as a whole. */
    public LedgerPosition head() {
        return lines.isEmpty()
                ? LedgerPosition.BEGINNING
                : lines.get(lines.size() - 1).end();
    }

    /**
     * The steps that led from one place to a later one, whether that is on the branch that goes on or not.
     *
     * @param from such as that of a checkpoint
     * @param to such as that of a snapshot after it
     * @throws TrainerException when the one does not lead to the other
     */
    public List<LedgerEntry.Stepped> stepsBetween(LedgerPosition from, LedgerPosition to) {
        var then = new Lineage();
        for (Line line : lines) {
            if (line.entry() instanceof LedgerEntry.Rewound rewound
                    && line.end().bytes() < to.bytes()) {
                then.rewound(line.end().bytes(), rewound.bytes());
            }
        }
        boolean leads = from.bytes() < to.bytes()
                && (from.bytes() == 0 || (holds(from) && then.holds(from.bytes())))
                && holds(to);
        if (!leads) {
            throw new TrainerException(
                    "by the ledger the steps up to byte " + from.bytes() + " did not lead to those up to " + to.bytes()
                            + ": the one snapshot was not trained on from the other");
        }
        return lines.stream()
                .filter(line -> line.end().bytes() > from.bytes() && line.end().bytes() <= to.bytes())
                .filter(line -> then.holds(line.end().bytes()))
                .map(Line::entry)
                .filter(LedgerEntry.Stepped.class::isInstance)
                .map(LedgerEntry.Stepped.class::cast)
                .toList();
    }

    /** What is quarantined now. */
    public PassedOver passedOver() {
        PassedOver passedOver = PassedOver.nothing();
        for (Line line : lines) {
            passedOver = after(line, passedOver);
        }
        return passedOver;
    }

    /** What is quarantined after a line. */
    public static PassedOver after(Line line, PassedOver before) {
        return Ledger.after(line.entry(), before);
    }

    /**
     * The rewind since which an offset is passed over; empty where it is not, or an earlier rewind was revoked since. Of a
     * tenant's records those that were passed over in a step are known.
     */
    public Optional<LedgerEntry.Rewound> quarantineOf(int partition, long offset) {
        boolean skipped = lines.stream()
                .filter(this::isLive)
                .anyMatch(line -> line.entry() instanceof LedgerEntry.Stepped stepped
                        && stepped.runs().stream()
                                .anyMatch(run ->
                                        run.disposition() == Disposition.SKIPPED && run.holds(partition, offset)));
        LedgerEntry.@Nullable Rewound since = null;
        for (Line line : lines) {
            if (line.entry() instanceof LedgerEntry.Rewound rewound) {
                PassedOver found = rewound.passedOver();
                boolean holds = found.holds(partition, offset)
                        || (skipped && found.tenants().stream().anyMatch(stretch -> stretch.holds(partition, offset)));
                since = !holds ? null : since == null ? rewound : since;
            }
        }
        return Optional.ofNullable(since);
    }

    /** The steps that list a record, also on abandoned branches. */
    public List<Line> stepsOf(int partition, long offset) {
        return lines.stream()
                .filter(line -> line.entry() instanceof LedgerEntry.Stepped stepped && stepped.holds(partition, offset))
                .toList();
    }

    public Summary summary() {
        Map<Integer, Long> next = new TreeMap<>();
        Map<Disposition, Long> offsets = new EnumMap<>(Disposition.class);
        List<String> findings = new ArrayList<>();
        long steps = 0;
        long gaps = 0;
        long overlaps = 0;
        for (Line line : lines) {
            if (!isLive(line)) {
                continue;
            }
            if (line.entry() instanceof LedgerEntry.Started started) {
                started.offsets().forEach(next::putIfAbsent);
            } else if (line.entry() instanceof LedgerEntry.Rewound rewound) {
                findings.addAll(differences(rewound, next));
            } else if (line.entry() instanceof LedgerEntry.Stepped stepped) {
                steps++;
                for (DispositionRun run : stepped.runs()) {
                    long expected = next.getOrDefault(run.partition(), run.first());
                    if (run.first() > expected) {
                        gaps += run.first() - expected;
                        findings.add("gap: offsets " + expected + " to " + (run.first() - 1) + " of partition "
                                + run.partition() + " are missing before step " + stepped.step());
                    } else if (run.first() < expected) {
                        long twice = Math.min(expected, run.last() + 1) - run.first();
                        overlaps += twice;
                        findings.add("overlap: offsets " + run.first() + " to " + (run.first() + twice - 1)
                                + " of partition " + run.partition() + " are listed a second time in step "
                                + stepped.step());
                    }
                    next.put(run.partition(), Math.max(expected, run.last() + 1));
                    offsets.merge(run.disposition(), run.count(), Long::sum);
                }
            }
        }
        return new Summary(steps, offsets, gaps, overlaps, findings, next);
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
