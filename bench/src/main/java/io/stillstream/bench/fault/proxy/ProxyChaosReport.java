package io.stillstream.bench.fault.proxy;

import io.stillstream.bench.fault.ReportLine;
import java.io.PrintStream;
import java.util.Map;

/**
 * What {@link ProxyChaos} saw.
 *
 * @param calls before, while and after the broker hung
 * @param captured those of them that the proxy says it has captured
 * @param dropped those that it says it has not, by reason
 * @param exchanges calls while all was well
 * @param exchangesFailed those of them that were not answered as they ought to be
 * @param exchangesCaptured those of them that the proxy says it has captured
 * @param allCaptured all calls that the proxy says it has captured
 * @param records different calls on the topic
 * @param twice records beyond the first of a call
 * @param closedMillis ascending, how long after a caller had gone its upstream's connection was closed
 * @param peakBytes the proxy's peak resident set
 */
public record ProxyChaosReport(
        CallLoad.Answers quiet,
        CallLoad.Answers hung,
        CallLoad.Answers after,
        long calls,
        long captured,
        Map<String, Long> dropped,
        int exchanges,
        int exchangesFailed,
        long exchangesCaptured,
        long allCaptured,
        int records,
        int twice,
        @SuppressWarnings("ArrayRecordComponent") double[] closedMillis,
        long peakBytes) {

    private static final double CLOSED_WITHIN_MILLIS = 100;

    /** Whether no caller noticed anything and every call is accounted for. Times of calls are not judged: machines differ. */
    public boolean clean() {
        return failed() == 0
                && captured + droppedCalls() == calls
                && exchangesCaptured == exchanges
                && records == allCaptured
                && twice == 0
                && late() == 0;
    }

    private int failed() {
        return quiet.failed() + hung.failed() + after.failed() + exchangesFailed;
    }

    private long droppedCalls() {
        return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    private int late() {
        int late = 0;
        for (double millis : closedMillis) {
            late += millis > CLOSED_WITHIN_MILLIS ? 1 : 0;
        }
        return late;
    }

    public void print(PrintStream out) {
        ReportLine.print(out, "calls", "%,d around the fault, %,d while all was well", calls, exchanges);
        ReportLine.print(out, "  failed", "%,d", failed());
        ReportLine.print(
                out,
                "p99 while the broker hangs",
                "%.2f ms, %.2f of the %.2f ms before",
                hung.percentile(0.99),
                hung.percentile(0.99) / quiet.percentile(0.99),
                quiet.percentile(0.99));
        ReportLine.print(
                out,
                "p50 while the broker hangs",
                "%.2f ms, %.2f of the %.2f ms before",
                hung.percentile(0.5),
                hung.percentile(0.5) / quiet.percentile(0.5),
                quiet.percentile(0.5));
        ReportLine.print(out, "captured around the fault", "%,d, and dropped %s", captured, dropped);
        ReportLine.print(out, "  not accounted for", "%,d", calls - captured - droppedCalls());
        ReportLine.print(out, "captured while all was well", "%,d of %,d", exchangesCaptured, exchanges);
        ReportLine.print(out, "on the topic", "%,d of %,d captured, %,d twice", records, allCaptured, twice);
        ReportLine.print(
                out,
                "callers that went away",
                "%,d; upstream closed after at most %.1f ms (half of them within %.1f ms), later than %.0f ms: %d",
                closedMillis.length,
                closedMillis.length == 0 ? 0 : closedMillis[closedMillis.length - 1],
                closedMillis.length == 0 ? 0 : closedMillis[closedMillis.length / 2],
                CLOSED_WITHIN_MILLIS,
                late());
        ReportLine.print(out, "memory of the proxy, peak", "%,d MiB", peakBytes >> 20);
    }
}
