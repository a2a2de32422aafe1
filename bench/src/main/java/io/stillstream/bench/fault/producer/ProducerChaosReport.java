package io.stillstream.bench.fault.producer;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * What became of the lines of files whose producer was killed.
 *
 * @param kills with SIGKILL
 * @param killsAtWork of them those after which lines were missing that had been written before
 * @param rotations how many times another file took the name
 * @param truncations how many times a file was emptied
 * @param failures starts that ended by themselves
 * @param lines written
 * @param lost lines that no record holds
 * @param duplicated records beyond the first of a line
 * @param disordered records before which a later line of the same file came
 * @param aborted records that only a reader of uncommitted records sees
 */
public record ProducerChaosReport(
        int kills,
        int killsAtWork,
        int rotations,
        int truncations,
        int failures,
        int lines,
        int lost,
        int duplicated,
        int disordered,
        long aborted,
        Duration elapsed) {

    /** Whether each line arrived once, in order. */
    public boolean clean() {
        return lost == 0 && duplicated == 0 && disordered == 0 && failures == 0;
    }

    public void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%d kills, %d of them with lines on their way; %d rotations, %d truncations; %d starts ended by"
                        + " themselves%n",
                kills,
                killsAtWork,
                rotations,
                truncations,
                failures);
        out.printf(
                Locale.ROOT,
                "%,d lines: %d lost, %d twice, %d out of order; %,d records were sent in vain%n",
                lines,
                lost,
                duplicated,
                disordered,
                aborted);
        out.printf(Locale.ROOT, "%d s%n", elapsed.toSeconds());
    }
}
