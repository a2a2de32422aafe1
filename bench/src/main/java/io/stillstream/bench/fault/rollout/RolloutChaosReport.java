package io.stillstream.bench.fault.rollout;

import io.stillstream.bench.fault.ReportLine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * @param killsAtWork kills after an action was sent and before its decision could be read
 * @param actions of the script
 * @param decisions of the killed run
 * @param refused of these
 * @param promotions decisions after which a candidate was champion
 * @param promotedTwice candidates that became champion by more than one decision
 * @param equal whether state and decisions are, byte for byte, those of the run without kills
 * @param problems that the history's check found
 * @param transitions that the hook was to be told of
 * @param untold transitions that it was not told of
 * @param toldAgain calls of the hook with an id that it had been told before
 * @param fenced whether a controller ended when another one was started
 */
public record RolloutChaosReport(
        int kills,
        int killsAtWork,
        int failures,
        int actions,
        long decisions,
        long refused,
        long promotions,
        long promotedTwice,
        boolean equal,
        List<String> problems,
        long transitions,
        long untold,
        long toldAgain,
        boolean fenced,
        Duration elapsed) {

    public boolean clean() {
        return equal && problems.isEmpty() && promotedTwice == 0 && untold == 0 && failures == 0 && fenced;
    }

    public void print(PrintStream out) {
        ReportLine.print(out, "kills, before a decision was seen", "%,d, %,d", kills, killsAtWork);
        ReportLine.print(out, "ended by itself", "%,d", failures);
        ReportLine.print(out, "actions, decisions, refused", "%,d, %,d, %,d", actions, decisions, refused);
        ReportLine.print(out, "promotions, promoted twice", "%,d, %,d", promotions, promotedTwice);
        ReportLine.print(out, "equal to the run without kills", "%s", equal ? "yes, byte for byte" : "NO");
        ReportLine.print(out, "history", "%s", problems.isEmpty() ? "as it was written" : String.join("; ", problems));
        ReportLine.print(out, "transitions, untold, told again", "%,d, %,d, %,d", transitions, untold, toldAgain);
        ReportLine.print(out, "a second controller takes over", "%s", fenced ? "yes" : "NO");
        ReportLine.print(out, "elapsed", "%,d s", elapsed.toSeconds());
    }
}
