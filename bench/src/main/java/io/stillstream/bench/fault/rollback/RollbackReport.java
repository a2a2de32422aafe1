package io.stillstream.bench.fault.rollback;

import io.stillstream.bench.fault.ReportLine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/**
 * @param calls in all
 * @param failed without an answer, or with another status than 200, or broken off; without {@code cut}
 * @param cut streams whose first bytes were with their callers when the server that wrote them was killed: no other can go on with
 *     them
 * @param problems what was wrong with both, and how often
 * @param byModel how many answers each model gave
 * @param steady calls that were open while nothing changed
 * @param kept those of them that the arm of their conversation answered
 * @param passedOn those that another arm answered, because it did not: champion or production
 * @param strayed those that the candidate answered, and was not to
 * @param moved conversations that one share of a candidate held and a larger one of it did not
 * @param alarm from sending the observation to the last answer of the candidate
 * @param hand from sending the command to the last answer of the candidate
 * @param killed calls that were sent after the canary's server was killed and before the abort
 */
public record RollbackReport(
        int calls,
        int failed,
        int cut,
        Map<String, Integer> problems,
        Map<String, Integer> byModel,
        int steady,
        int kept,
        int passedOn,
        int strayed,
        int moved,
        Duration alarm,
        Duration hand,
        int killed) {

    private static final Duration LONGEST_BY_ALARM = Duration.ofSeconds(5);
    private static final Duration LONGEST_BY_HAND = Duration.ofSeconds(2);

    /** Whether every goal was reached. */
    public boolean clean() {
        return failed == 0
                && steady > 0
                && strayed == 0
                && moved == 0
                && alarm.compareTo(LONGEST_BY_ALARM) <= 0
                && hand.compareTo(LONGEST_BY_HAND) <= 0;
    }

    public void print(PrintStream out) {
        ReportLine.print(out, "calls, failed", "%,d, %,d", calls, failed);
        ReportLine.print(out, "streams that the kill cut off", "%,d", cut);
        problems.forEach((problem, count) -> ReportLine.print(out, "  " + problem, "%,d", count));
        byModel.forEach((model, count) -> ReportLine.print(out, "  answered by " + model, "%,d", count));
        ReportLine.print(out, "calls while nothing changed", "%,d", steady);
        ReportLine.print(out, "  answered by their own arm", "%,d", kept);
        ReportLine.print(out, "  passed on by their own arm", "%,d", passedOn);
        ReportLine.print(out, "  answered by the wrong candidate", "%,d", strayed);
        ReportLine.print(out, "conversations that went back", "%,d", moved);
        ReportLine.print(out, "alarm to the last canary answer", "%,d ms", alarm.toMillis());
        ReportLine.print(out, "command to the last canary answer", "%,d ms", hand.toMillis());
        ReportLine.print(out, "calls while the canary was dead", "%,d", killed);
    }
}
