package io.stillstream.monitoring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.monitoring.stage.ConsumerLag;
import io.stillstream.monitoring.stage.DeadLetterCounters;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.ProducerMeters;
import io.stillstream.monitoring.traffic.ProxyMeters;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How far the stages of this process have come. Counts start with the process; subtract two readings for a rate.
 *
 * @param proxiedCalls calls that have passed through this process's proxy, however they ended
 * @param heldOutPrompts those of the sent ones that are kept from training
 * @param unscoredPrompts sent by this process and neither scored nor rejected by its scorer: exact at any moment where both
 *     are in it, while the lag is what the broker said last
 * @param bufferedPrompts read by the scorer and not scored yet; the lag does not include them
 * @param lag records not processed yet, by topic; without those topics of which it is not known
 * @param lossTerms the last step's loss, by term
 * @param heldOutBitsPerByte NaN before the first evaluation
 * @param teacherAgreement NaN before the first evaluation
 */
public record Progress(
        long proxiedCalls,
        long sentPrompts,
        long heldOutPrompts,
        long unscoredPrompts,
        long bufferedPrompts,
        long scoredPrompts,
        long scoredTokens,
        long generatedTokens,
        long trainedResponses,
        long trainedTokens,
        long step,
        long deadLetters,
        Map<String, Long> lag,
        Map<String, Double> lossTerms,
        double heldOutBitsPerByte,
        double teacherAgreement) {

    static Progress read(MeterRegistry registry) {
        long sent = total(registry, ProducerMeters.SENT_PROMPTS);
        long scored = total(registry, ScorerMeters.SCORED_PROMPTS);
        long notScorable = sum(registry.find(DeadLetterCounters.NAME).tags(Stage.SCORER.tags()));
        return new Progress(
                total(registry, ProxyMeters.REQUESTS),
                sent,
                sum(registry.find(ProducerMeters.SENT_PROMPTS).tag(ProducerMeters.SPLIT, ProducerMeters.HELD_OUT)),
                Math.max(0, sent - scored - notScorable),
                (long) gauge(registry, ScorerMeters.BUFFERED_PROMPTS),
                scored,
                total(registry, ScorerMeters.SCORED_TOKENS),
                total(registry, ScorerMeters.GENERATED_TOKENS),
                total(registry, TrainerMeters.TRAINED_SEQUENCES),
                total(registry, TrainerMeters.TRAINED_TOKENS),
                (long) gauge(registry, TrainerMeters.TRAINING_STEP),
                total(registry, DeadLetterCounters.NAME),
                lag(registry),
                lossTerms(registry),
                gauge(registry, TrainerMeters.BITS_PER_BYTE),
                gauge(registry, TrainerMeters.TEACHER_AGREEMENT));
    }

    private static long total(MeterRegistry registry, String name) {
        return sum(registry.find(name));
    }

    private static long sum(Search counters) {
        return (long) counters.counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** NaN, which a cast to long makes 0, where the gauge was never set. */
    private static double gauge(MeterRegistry registry, String name) {
        Gauge gauge = registry.find(name).gauge();
        return gauge == null ? Double.NaN : gauge.value();
    }

    private static Map<String, Long> lag(MeterRegistry registry) {
        Map<String, Double> sums = registry.find(ConsumerLag.NAME).gauges().stream()
                .collect(Collectors.toMap(gauge -> tag(gauge, ConsumerLag.TOPIC), Gauge::value, Double::sum));
        Map<String, Long> lag = new TreeMap<>();
        sums.forEach((topic, records) -> {
            if (!records.isNaN()) {
                lag.put(topic, records.longValue());
            }
        });
        return lag;
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
