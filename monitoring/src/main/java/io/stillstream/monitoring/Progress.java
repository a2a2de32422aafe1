package io.stillstream.monitoring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How far the stages of this process have come. Counts start with the process; subtract two readings for a rate.
 *
 * @param bufferedPrompts read by the scorer and not scored yet; the lag does not include them
 * @param lag records not processed yet, by topic
 * @param lossTerms the last step's loss, by term
 * @param heldOutBitsPerByte NaN before the first evaluation
 * @param teacherAgreement NaN before the first evaluation
 */
public record Progress(
        long sentPrompts,
        long bufferedPrompts,
        long scoredPrompts,
        long scoredTokens,
        long generatedTokens,
        long trainedTokens,
        long step,
        long deadLetters,
        Map<String, Long> lag,
        Map<String, Double> lossTerms,
        double heldOutBitsPerByte,
        double teacherAgreement) {

    static Progress read(MeterRegistry registry) {
        return new Progress(
                total(registry, ProducerMeters.SENT_PROMPTS),
                (long) gauge(registry, ScorerMeters.BUFFERED_PROMPTS),
                total(registry, ScorerMeters.SCORED_PROMPTS),
                total(registry, ScorerMeters.SCORED_TOKENS),
                total(registry, ScorerMeters.GENERATED_TOKENS),
                total(registry, TrainerMeters.TRAINED_TOKENS),
                (long) gauge(registry, TrainerMeters.TRAINING_STEP),
                total(registry, DeadLetterCounters.NAME),
                lag(registry),
                lossTerms(registry),
                gauge(registry, TrainerMeters.BITS_PER_BYTE),
                gauge(registry, TrainerMeters.TEACHER_AGREEMENT));
    }

    private static long total(MeterRegistry registry, String name) {
        return (long) registry.find(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** NaN, which a cast to long makes 0, where the gauge was never set. */
    private static double gauge(MeterRegistry registry, String name) {
        Gauge gauge = registry.find(name).gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }

    private static Map<String, Long> lag(MeterRegistry registry) {
        return registry.find(ConsumerLag.NAME).gauges().stream()
                .collect(Collectors.toMap(
                        gauge -> tag(gauge, ConsumerLag.TOPIC),
                        gauge -> (long) gauge.value(),
                        Long::sum,
                        TreeMap::new));
    }

    private static Map<String, Double> lossTerms(MeterRegistry registry) {
        return registry.find(TrainerMeters.LOSS).gauges().stream()
                .collect(Collectors.toMap(
                        gauge -> tag(gauge, TrainerMeters.TERM),
                        Gauge::value,
                        (first, second) -> second,
                        TreeMap::new));
    }

    private static String tag(Meter meter, String key) {
        return String.valueOf(meter.getId().getTag(key));
    }
}
