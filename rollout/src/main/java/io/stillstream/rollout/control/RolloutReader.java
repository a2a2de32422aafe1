package io.stillstream.rollout.control;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.codec.ControllerHeartbeatCodec;
import io.stillstream.contract.rollout.codec.RolloutDeliveryCodec;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.rollout.RolloutException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Reads {@code student-rollout}, and goes on reading what is added. For one thread. */
public final class RolloutReader implements AutoCloseable {

    private final PartitionReader records;
    private final SortedMap<String, byte[]> decisions = new TreeMap<>();
    private final SortedMap<String, RolloutDelivery> deliveries = new TreeMap<>();
    private final Map<String, RolloutException> unreadable = new LinkedHashMap<>();
    private RolloutState state = RolloutState.initial();
    private @Nullable ControllerHeartbeat heartbeat;

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    public RolloutReader(Map<String, Object> kafka, String topic) {
        this.records = new PartitionReader(kafka, topic);
    }

    /**
     * Reads all that is committed by now.
     *
     * @throws RolloutException when the brokers do not answer, or a record is not what this build writes
     */
    public RolloutView read() {
        records.read(this::take);
        Optional<RolloutException> first = unreadable.values().stream().findFirst();
        if (first.isPresent()) {
            throw first.get();
        }
        List<RolloutDelivery> pending = new ArrayList<>(deliveries.values());
        pending.sort(Comparator.comparingLong(RolloutDelivery::decision));
        return new RolloutView(state, new ArrayList<>(decisions.values()), pending, heartbeat);
    }

    /**
     * As {@link #read}, for whoever needs what was decided and nothing else, whether the rest can be read or not.
     *
     * @throws RolloutException when the brokers do not answer
     */
    public List<byte[]> readDecisions() {
        records.read(this::take);
        return List.copyOf(decisions.values());
    }

    private void take(ConsumerRecord<byte[], byte[]> found) {
        if (found.key() == null) {
            return;
        }
        String key = RolloutKeys.text(found.key());
        byte[] value = found.value();
        // Only the last record of a key counts: one that cannot be read may have been replaced since.
        unreadable.remove(key);
        try {
            if (RolloutKeys.isDecision(key)) {
                put(key, value);
            } else if (RolloutKeys.isDelivery(key)) {
                if (value == null) {
                    deliveries.remove(key);
                } else {
                    deliveries.put(key, RolloutDeliveryCodec.decode(value));
                }
            } else if (key.equals(RolloutKeys.STATE) && value != null) {
                state = RolloutStateCodec.decode(value);
            } else if (key.equals(RolloutKeys.CONTROLLER) && value != null) {
                heartbeat = ControllerHeartbeatCodec.decode(value);
            }
        } catch (ContractException e) {
            unreadable.put(
                    key,
                    new RolloutException(
                            records.partition() + ", offset " + found.offset() + ", key '" + key + "': "
                                    + e.getMessage()
                                    + "; 'stillstream rollout repair' rebuilds it from the decisions, or removes it",
                            e));
        }
    }

    /** @throws ContractException where a record that is no decision is not what this build writes */
    static void check(String key, byte[] value) {
        if (RolloutKeys.isDelivery(key)) {
            RolloutDelivery unused = RolloutDeliveryCodec.decode(value);
        } else if (key.equals(RolloutKeys.STATE)) {
            RolloutState unused = RolloutStateCodec.decode(value);
        } else if (key.equals(RolloutKeys.CONTROLLER)) {
            ControllerHeartbeat unused = ControllerHeartbeatCodec.decode(value);
        }
    }

    /** Not decoded here: whoever verifies the history wants to see the bytes as they are. */
    private void put(String key, byte @Nullable [] value) {
        if (value == null) {
            decisions.remove(key);
        } else {
            decisions.put(key, value);
        }
    }

    @Override
    public void close() {
        records.close();
    }
}
