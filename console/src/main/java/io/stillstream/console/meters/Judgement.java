package io.stillstream.console.meters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * What the judge knows of the candidate that serves, beside the champion, and the gate of the last candidate that it judged:
 * estimates with their bounds. Empty where another process has the rollout's controller.
 */
public final class Judgement {

    private static final String BITS = "judge.bits.per.byte";

    private Judgement() {}

    /** At that reading. */
    public static ObjectNode of(MeterReading now) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        Map<String, Double> answers = now.by("judge.answers", "of");
        if (answers.isEmpty()) {
            return node;
        }
        answers.forEach((of, count) -> {
            ObjectNode side = node.withObject("/sides").putObject(of);
            StageFigures.put(side, "answers", count);
            StageFigures.put(side, "failures", now.value("judge.failures", Map.of("of", of)));
            for (String bound : new String[] {"estimate", "low", "high"}) {
                StageFigures.put(side, bound, now.value(BITS, Map.of("of", of, "bound", bound)));
            }
        });
        ObjectNode alarms = node.putObject("alarms");
        now.by("judge.alarms", "check").forEach((check, count) -> StageFigures.put(alarms, check, count));
        now.by("gate.margin", "against").forEach((against, margin) -> {
            ObjectNode gate = node.withObject("/gate").putObject(against);
            StageFigures.put(gate, "estimate", now.value("gate.estimate", Map.of("against", against)));
            StageFigures.put(gate, "margin", margin);
        });
        ObjectNode verdicts = node.putObject("verdicts");
        now.by("gate.verdicts", "verdict").forEach((verdict, count) -> StageFigures.put(verdicts, verdict, count));
        return node;
    }
}
