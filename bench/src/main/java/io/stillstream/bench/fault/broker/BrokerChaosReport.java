package io.stillstream.bench.fault.broker;

import io.stillstream.bench.fault.ReportLine;
import io.stillstream.bench.fault.scorer.DeliveryResult;
import io.stillstream.huggingface.safetensors.WeightFiles;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/**
 * The outcome of a run.
 *
 * @param troubles that happened, by kind
 * @param planned how many were to happen
 * @param scorerEnds scorers that ended by themselves and were started again
 * @param trainerEnds the same of the trainer
 * @param delivery what arrived on {@code teacher-targets} and {@code dead-letters}
 * @param troubled sha256 of each file of the last checkpoint, of the trainer that ran all the while
 * @param undisturbed the same of one that read the topic afterwards
 */
public record BrokerChaosReport(
        Map<Trouble.Kind, Integer> troubles,
        int planned,
        int scorerEnds,
        int trainerEnds,
        int sent,
        DeliveryResult delivery,
        long steps,
        Map<String, String> troubled,
        Map<String, String> undisturbed,
        Duration elapsed) {

    private static final String OPTIMIZER = "trainer/optimizer.safetensors";

    /** Whether everything happened, everything arrived once, and training gave the same bytes. */
    public boolean clean() {
        return troubles.values().stream().mapToInt(Integer::intValue).sum() == planned
                && delivery.clean()
                && same(WeightFiles.WHOLE)
                && same(OPTIMIZER);
    }

    public void print(PrintStream out) {
        ReportLine.print(out, "time", "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
        ReportLine.print(out, "leaders killed", "%d", troubles.getOrDefault(Trouble.Kind.LEADER_KILLED, 0));
        ReportLine.print(
                out, "leaders killed with another node", "%d", troubles.getOrDefault(Trouble.Kind.TWO_KILLED, 0));
        ReportLine.print(out, "leaders cut off", "%d", troubles.getOrDefault(Trouble.Kind.LEADER_CUT_OFF, 0));
        ReportLine.print(out, "scorers that ended by themselves", "%d", scorerEnds);
        ReportLine.print(out, "trainers that ended by themselves", "%d", trainerEnds);
        ReportLine.print(out, "prompts sent", "%,d", sent);
        delivery.print(out);
        ReportLine.print(out, "steps", "%,d", steps);
        ReportLine.print(out, "weights", same(WeightFiles.WHOLE) ? "equal to the bit" : "DIFFERENT");
        ReportLine.print(out, "optimizer", same(OPTIMIZER) ? "equal to the bit" : "DIFFERENT");
    }

    private boolean same(String file) {
        return troubled.containsKey(file) && troubled.get(file).equals(undisturbed.get(file));
    }
}
