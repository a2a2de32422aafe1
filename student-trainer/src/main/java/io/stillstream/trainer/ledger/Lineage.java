package io.stillstream.trainer.ledger;

import java.util.ArrayList;
import java.util.List;

/**
 * Which parts of a ledger belong to the current training, and which to branches that a rewind abandoned.
 *
 * <p>Between two rewinds a ledger grows in one piece. A rewind to a place keeps the pieces that led to that place and
 * begins a new one; the place may itself lie on an abandoned branch, which is then part of the current training.
 */
public final class Lineage {

    private static final long FOR_EVER = Long.MAX_VALUE;

    /** Ends of lines above {@code from} and up to {@code to}. */
    private record Piece(long from, long to) {}

    private record Path(long since, List<Piece> pieces) {}

    private final List<Path> paths = new ArrayList<>(List.of(new Path(-1, List.of(new Piece(-1, FOR_EVER)))));

    /** @param end of the rewind's line */
    void rewound(long end, long to) {
        List<Piece> pieces = new ArrayList<>();
        for (Piece piece : pathAt(to).pieces()) {
            if (piece.from() < to) {
                pieces.add(new Piece(piece.from(), Math.min(piece.to(), to)));
            }
        }
        pieces.add(new Piece(end - 1, FOR_EVER));
        paths.add(new Path(end, pieces));
    }

    /** Of a ledger as it was when it ended there. */
    Lineage until(long bytes) {
        var then = new Lineage();
        then.paths.clear();
        paths.stream().filter(path -> path.since() <= bytes).forEach(then.paths::add);
        return then;
    }

    /** The same if training were taken back to a place now. */
    Lineage takenBackTo(long bytes) {
        Lineage then = until(FOR_EVER);
        then.rewound(FOR_EVER, bytes);
        return then;
    }

    /**
     * Whether what was written up to there belongs to the current training.
     *
     * @param bytes the end of a line, or the ledger position of a checkpoint
     */
    public boolean holds(long bytes) {
        return paths.get(paths.size() - 1).pieces().stream()
                .anyMatch(piece -> piece.from() < bytes && bytes <= piece.to());
    }

    /** The number of abandoned branches and one. */
    public int branches() {
        return paths.size();
    }

    /** The number of the branch that was growing when this place was written; the first is 1. */
    public int branch(long bytes) {
        int branch = 1;
        while (branch < paths.size() && paths.get(branch).since() <= bytes) {
            branch++;
        }
        return branch;
    }

    private Path pathAt(long bytes) {
        return paths.get(branch(bytes) - 1);
    }
}
