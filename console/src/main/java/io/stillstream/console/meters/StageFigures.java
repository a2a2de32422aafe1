package io.stillstream.console.meters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;

/**
 * What a prompt passes through in this process, stage by stage: totals, rates over the last seconds, what waits, and how old a
 * prompt is where it is scored and trained on. What no stage here measures is left out. For one thread.
 */
public final class StageFigures {

    /** Rates are over that time: long enough to be read, short enough to be of now. */
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final String process;
    private final Instant started;
    private final Deque<MeterReading> window = new ArrayDeque<>();

    /** @param process what runs */
    public StageFigures(String process, Instant started) {
        this.process = process;
        this.started = started;
    }

    /** The figures at that reading. */
    public ObjectNode next(MeterReading now) {
        window.add(now);
        while (window.size() > 2
                && Duration.between(window.getFirst().at(), now.at()).compareTo(WINDOW) > 0) {
            window.removeFirst();
        }
        ObjectNode stages = JsonNodeFactory.instance.objectNode();
        stages.put("process", process);
        stages.put("at", now.at().toEpochMilli());
        stages.put("started", started.toEpochMilli());
        producer(now, stages.putObject("producer"));
        proxy(now, stages.putObject("proxy"));
        scorer(now, stages.putObject("scorer"));
        trainer(now, stages.putObject("trainer"));
        serving(now, stages.putObject("serving"));
        ObjectNode lag = stages.putObject("lag");
        now.by("consumer.lag", "topic").forEach((topic, records) -> put(lag, topic, records));
        return stages;
    }

    private void producer(MeterReading now, ObjectNode node) {
        put(node, "prompts", now.value("sent.prompts"));
        put(node, "heldOut", now.value("sent.prompts", "split", "held_out"));
        put(node, "promptsPerSecond", rate("sent.prompts"));
        put(node, "waiting", now.value("sent.prompts") - now.value("scored.prompts") - scorersLetters(now));
    }

    private static double scorersLetters(MeterReading now) {
        return now.value("dead.letters", "stage", "teacher-scorer");
    }

    private void proxy(MeterReading now, ObjectNode node) {
        put(node, "calls", now.value("proxy.requests"));
        put(node, "callsPerSecond", rate("proxy.requests"));
        put(node, "captured", now.value("captured.prompts"));
    }

    private void scorer(MeterReading now, ObjectNode node) {
        put(node, "prompts", now.value("scored.prompts"));
        put(node, "tokens", now.value("scored.tokens"));
        put(node, "tokensPerSecond", rate("scored.tokens"));
        put(node, "buffered", now.value("buffered.prompts"));
        put(node, "age", age(now, "teacher-scorer"));
    }

    private void trainer(MeterReading now, ObjectNode node) {
        put(node, "step", now.value("training.step"));
        put(node, "responses", now.value("trained.sequences"));
        put(node, "tokens", now.value("trained.tokens"));
        put(node, "tokensPerSecond", rate("trained.tokens"));
        put(node, "learningRate", now.value("learning.rate"));
        put(node, "agreement", now.value("teacher.agreement"));
        put(node, "bitsPerByte", now.value("held.out.bits.per.byte"));
        put(node, "teacherBitsPerByte", now.value("held.out.teacher.bits.per.byte"));
        put(node, "heldOut", now.value("held.out"));
        put(node, "age", age(now, "student-trainer"));
        put(node, "snapshots", now.value("published.snapshots"));
        put(node, "snapshotAge", now.value("snapshot.age"));
    }

    private void serving(MeterReading now, ObjectNode node) {
        for (Map.Entry<String, Double> outcome :
                now.by("serving.requests", "outcome").entrySet()) {
            put(node.withObject("/outcomes"), outcome.getKey(), outcome.getValue());
        }
        put(node, "requests", now.value("serving.requests"));
        put(node, "requestsPerSecond", rate("serving.requests"));
    }

    private double rate(String name) {
        MeterReading first = window.getFirst();
        MeterReading last = window.getLast();
        double seconds = Duration.between(first.at(), last.at()).toMillis() / 1000.0;
        return seconds > 0 ? (last.value(name) - first.value(name)) / seconds : Double.NaN;
    }

    /** The mean age in seconds of the prompts of the last seconds; where there were none, of all. */
    private double age(MeterReading now, String stage) {
        MeterReading first = window.getFirst();
        double count = now.count("freshness", stage) - first.count("freshness", stage);
        return count > 0
                ? (now.seconds("freshness", stage) - first.seconds("freshness", stage)) / count
                : now.seconds("freshness", stage) / now.count("freshness", stage);
    }

    static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(
                    name,
                    value == Math.rint(value) ? value : Double.parseDouble(String.format(Locale.ROOT, "%.6g", value)));
        }
    }
}
