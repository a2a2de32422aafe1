package io.stillstream.rollout.bisect;

import io.stillstream.statistics.PairedRatio;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records that did harm, by leaving out halves: a student that is trained without them is better than the candidate.
 *
 * <p>Of a stretch each half is left out, and the search goes on in the one without which the held-out loss is lower. Where
 * neither half holds most of what leaving out the whole stretch gains, the harm may lie across their border, and the middle is
 * tried. What is left when no part gains as much any more is the range; its ends are then moved inwards as far as most of the gain
 * stays, and outwards as long as there is more to gain: where a few records are learned over that do harm together, a part of them
 * is nearly all of it. Training is a function of its records, so two replays differ by what was left out alone; whether that is more than
 * held-out records say of each other is told by the standard error of the paired difference.
 */
public final class HarmSearch {

    /** The chance that two students who are equally good are taken for different ones, at each comparison. */
    private static final double LEVEL = 0.01;

    /**
     * A part that keeps less than this of the most that was ever gained does not hold all that did harm. High, because half of what
     * did harm often did most of it.
     */
    private static final double KEPT = 0.95;

    /** A range is not made longer for less than this of the most that was ever gained. */
    private static final double WORTHWHILE = 0.02;

    /** Fewer records are not parted: a single one hardly ever shows. */
    private static final int SMALLEST = 8;

    /** The ends are found to this share of the range. */
    private static final int FINENESS = 16;

    private final Replays replays;
    private final Consumer<Replay> told;
    /** A replay takes minutes, and the first cut at an end is often a half that was tried. */
    private final Map<Stretch, Tried> tried = new HashMap<>();

    private double most;

    /** @param told what each replay showed, as it is done */
    public HarmSearch(Replays replays, Consumer<Replay> told) {
        this.replays = replays;
        this.told = told;
    }

    /**
     * One replay.
     *
     * @param left what was left out
     * @param bitsPerByte of the student without it
     * @param gain by how many bits per byte it is better than the candidate
     * @param error the standard error of that; NaN where all held-out records are one conversation
     */
    public record Replay(Stretch left, double bitsPerByte, double gain, double error) {}

    /**
     * What was found.
     *
     * @param range that did the harm, as narrow as could be told; all records where nothing could
     * @param gain what leaving it out gains, in bits per byte
     * @param isFound whether leaving it out makes the candidate better at all
     * @param ending why the search ended there
     */
    public record Result(Stretch range, double gain, boolean isFound, String ending) {}

    private record Tried(Stretch left, PairedRatio gain) {}

    /**
     * To be called once.
     *
     * @param records how many the candidate was trained on after the champion
     */
    public Result search(int records) {
        HeldOutLosses all = replays.without(Stretch.none());
        told.accept(new Replay(Stretch.none(), all.bitsPerByte(), 0, 0));
        Stretch range = new Stretch(0, records);
        @Nullable Tried whole = null;
        String ending = "it is as short as is looked for";
        while (range.records() >= 2 * SMALLEST) {
            Tried first = leaveOut(range.firstHalf(), all);
            Tried best = holds(first, whole) ? first : better(first, leaveOut(range.secondHalf(), all));
            if (!holds(best, whole)) {
                best = better(best, leaveOut(range.middle(), all));
            }
            if (!isGain(best)) {
                ending =
                        "leaving out a half of it, or its middle, does not make the candidate better by more than held-out"
                                + " records differ by chance";
                break;
            }
            if (whole != null && best.gain().value() < KEPT * most) {
                ending = "each part of it holds only some of the harm";
                break;
            }
            range = best.left();
            whole = best;
            most = Math.max(most, best.gain().value());
        }
        if (whole == null) {
            return new Result(range, 0, false, ending);
        }
        Tried found = withNeighbours(
                withoutIdle(withoutIdle(whole, Stretch.End.FIRST, all), Stretch.End.LAST, all), records, all);
        return new Result(found.left(), found.gain().value(), true, ending);
    }

    /** Whether it is all that did harm, so that nothing else has to be tried: of the whole stretch that is not known yet. */
    private boolean holds(Tried part, @Nullable Tried whole) {
        return whole != null && isGain(part) && part.gain().value() >= KEPT * most;
    }

    private static Tried better(Tried one, Tried other) {
        return other.gain().value() > one.gain().value() ? other : one;
    }

    private static boolean isGain(Tried tried) {
        return tried.gain().pNotAbove(0) < LEVEL;
    }

    private Tried leaveOut(Stretch left, HeldOutLosses all) {
        Tried known = tried.get(left);
        if (known != null) {
            return known;
        }
        HeldOutLosses losses = replays.without(left);
        PairedRatio gain = all.above(losses);
        told.accept(new Replay(left, losses.bitsPerByte(), gain.value(), gain.standardError()));
        Tried now = new Tried(left, gain);
        tried.put(left, now);
        return now;
    }

    /** Cuts off as much at one end as does no harm, by halves. */
    private Tried withoutIdle(Tried found, Stretch.End end, HeldOutLosses all) {
        Stretch left = found.left();
        Tried best = found;
        int fine = Math.max(1, left.records() / FINENESS);
        int holds = end.of(left);
        int lacks = end.opposite(left);
        while (Math.abs(holds - lacks) > fine) {
            int middle = Math.min(holds, lacks) + Math.abs(holds - lacks) / 2;
            Tried shorter = leaveOut(end.moved(left, middle), all);
            if (shorter.gain().value() >= KEPT * most) {
                best = shorter;
                holds = middle;
            } else {
                lacks = middle;
            }
        }
        return best;
    }

    /** Moves each end outwards as far as that is worth while. */
    private Tried withNeighbours(Tried found, int records, HeldOutLosses all) {
        Stretch before = lengthened(found, Stretch.End.FIRST, records, all).left();
        Stretch after = lengthened(found, Stretch.End.LAST, records, all).left();
        return leaveOut(new Stretch(before.from(), after.to()), all);
    }

    /** By the length of what was found at a time. */
    private Tried lengthened(Tried found, Stretch.End end, int records, HeldOutLosses all) {
        int length = found.left().records();
        Tried best = found;
        Tried next = leaveOut(end.lengthened(found.left(), length, records), all);
        while (isWorthwhile(best, next)) {
            best = next;
            next = leaveOut(end.lengthened(best.left(), length, records), all);
        }
        return best;
    }

    /** Whether or not it could be chance: a record too many costs less than one that does harm. */
    private boolean isWorthwhile(Tried shorter, Tried longer) {
        return longer.gain().value() - shorter.gain().value() > WORTHWHILE * most;
    }
}
