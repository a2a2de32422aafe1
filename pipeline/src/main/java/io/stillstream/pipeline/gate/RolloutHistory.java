package io.stillstream.pipeline.gate;

import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.pipeline.broker.TopicReader;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the gate needs of {@code student-rollout}.
 *
 * @param state the last one; the initial one where nothing was ever rolled out
 * @param champions the ids of all that were ever champion
 */
public record RolloutHistory(RolloutState state, Set<String> champions) {

    /** Reads the topic to its end. */
    public static RolloutHistory read(TopicReader reader, String topic) {
        Reading reading = new Reading();
        reader.read(topic, null, reading::accept);
        return new RolloutHistory(reading.state, reading.champions);
    }

    private static final class Reading {

        private RolloutState state = RolloutState.initial();
        private final Set<String> champions = new LinkedHashSet<>();

        private void accept(ConsumerRecord<byte[], byte[]> record) {
            if (record.key() == null || record.value() == null) {
                return;
            }
            String key = RolloutKeys.text(record.key());
            if (key.equals(RolloutKeys.STATE)) {
                state = RolloutStateCodec.decode(record.value());
            } else if (RolloutKeys.isDecision(key)) {
                RolloutDecision decision = RolloutDecisionCodec.decode(record.value());
                champions.add(decision.from().champion());
                champions.add(decision.to().champion());
                champions.remove("");
            }
        }
    }
}
