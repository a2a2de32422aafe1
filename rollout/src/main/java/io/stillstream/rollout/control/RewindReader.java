package io.stillstream.rollout.control;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindKeys;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rollout.codec.RewindAnswerCodec;
import io.stillstream.contract.rollout.codec.RewindOrderCodec;
import io.stillstream.rollout.RolloutException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads {@code student-training-control}, and goes on reading what is added. For one thread. */
public final class RewindReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RewindReader.class);

    private final PartitionReader records;
    private final Map<String, RewindOrder> orders = new LinkedHashMap<>();
    private final Map<String, RewindAnswer> answers = new LinkedHashMap<>();

    /**
     * An order and what was made of it.
     *
     * @param answers one of each trainer that gave one; none while it is waited for
     */
    public record Rewinding(RewindOrder order, List<RewindAnswer> answers) {

        public Rewinding {
            answers = List.copyOf(answers);
        }
    }

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    public RewindReader(Map<String, Object> kafka, String topic) {
        this.records = new PartitionReader(kafka, topic);
    }

    /**
     * All that was ordered by now, the oldest first.
     *
     * @throws RolloutException when the brokers do not answer
     */
    public List<Rewinding> read() {
        records.read(this::take);
        List<Rewinding> rewindings = new ArrayList<>();
        orders.values()
                .forEach(order -> rewindings.add(new Rewinding(
                        order,
                        answers.values().stream()
                                .filter(answer -> answer.order().equals(order.id()))
                                .toList())));
        return rewindings;
    }

    private void take(ConsumerRecord<byte[], byte[]> found) {
        if (found.key() == null || found.value() == null) {
            return;
        }
        String key = RewindKeys.text(found.key());
        try {
            if (RewindKeys.isOrder(key)) {
                RewindOrder order = RewindOrderCodec.decode(found.value());
                orders.putIfAbsent(order.id(), order);
            } else if (RewindKeys.isAnswer(key)) {
                answers.put(key, RewindAnswerCodec.decode(found.value()));
            }
        } catch (ContractException e) {
            LOG.warn("{}, offset {}, is passed over: {}", records.partition(), found.offset(), e.getMessage());
        }
    }

    @Override
    public void close() {
        records.close();
    }
}
