package io.stillstream.pipeline.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.Topics;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.RolloutState;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.contract.text.OneLine;
import io.stillstream.pipeline.production.RewindWords;
import io.stillstream.rollout.RolloutException;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.rollout.control.RewindReader.Rewinding;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rollout as its topics have it: its state, its decisions, and what the trainer made of the last order to go back. */
final class RolloutSection implements AutoCloseable {

    /** What a decision names where it takes the trainer back. */
    private static final String QUARANTINE = "quarantine";

    private final Map<String, Object> kafka;
    private final Topics topics;
    private @Nullable RolloutReader reader;
    private @Nullable RewindReader rewinds;
    private int looked;
    private volatile RolloutState state = RolloutState.initial();
    private volatile boolean closed;

    RolloutSection(Map<String, Object> kafka, Topics topics) {
        this.kafka = kafka;
        this.topics = topics;
    }

    /** As it was last read. */
    RolloutState state() {
        return state;
    }

    /** The id of what serves; empty where nothing does, as far as is known. */
    String champion() {
        SnapshotReference serving = state.champion();
        return serving == null ? "" : serving.id();
    }

    /**
     * Called by one thread.
     *
     * @param failure of the last command from here; empty without one
     */
    synchronized JsonNode read(String failure) {
        if (closed) {
            throw new RolloutException("the process stops");
        }
        try {
            if (reader == null) {
                reader = new RolloutReader(kafka, topics.studentRollout());
            }
            RolloutView view = reader.read();
            state = view.state();
            ObjectNode node = RolloutJson.of(view, failure, Instant.now());
            node.put("rewound", OneLine.of(rewound(view.decisions())));
            return node;
        } catch (RuntimeException e) {
            closeReaders();
            throw e;
        }
    }

    /** The last order's outcome. The topic of orders is there once a decision has written to it. */
    private String rewound(List<byte[]> decisions) {
        if (rewinds == null
                && decisions.subList(looked, decisions.size()).stream().anyMatch(RolloutSection::takesTrainerBack)) {
            rewinds = new RewindReader(kafka, topics.trainingControl());
        }
        looked = decisions.size();
        List<Rewinding> ordered = rewinds == null ? List.of() : rewinds.read();
        return ordered.isEmpty() ? "" : RewindWords.text(ordered.get(ordered.size() - 1));
    }

    private static boolean takesTrainerBack(byte[] decision) {
        try {
            return RolloutDecisionCodec.decode(decision).evidence().containsKey(QUARANTINE);
        } catch (ContractException e) {
            // It is shown as what it is, by RolloutJson.
            return false;
        }
    }

    private void closeReaders() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
        if (rewinds != null) {
            rewinds.close();
            rewinds = null;
        }
        looked = 0;
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            closeReaders();
        }
    }
}
