package io.stillstream.serving.engine;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.BatchChoices;
import io.stillstream.student.inference.BatchGenerator;
import io.stillstream.student.inference.BatchRow;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request on its way. The engine's thread writes it; any thread cancels it. */
final class DecodeTask implements DecodeHandle {

    private static final Logger LOG = LoggerFactory.getLogger(DecodeTask.class);

    private final DecodeRequest request;
    private final DecodeListener listener;
    private final Consumer<DecodeTask> onCancel;
    /** A number for each token that there is room for. */
    private final float[] draws;

    private final long queuedAt = System.nanoTime();

    private int read;
    private int written;
    private int lastId;
    /** What its listener is told last; nothing where it has thrown. */
    private Runnable ending = () -> {};

    private volatile boolean cancelled;

    /**
     * @param room the most tokens to write
     * @param onCancel told once it is cancelled
     */
    DecodeTask(DecodeRequest request, int room, DecodeListener listener, Consumer<DecodeTask> onCancel) {
        this.request = request;
        this.listener = listener;
        this.onCancel = onCancel;
        this.draws = request.sampling().draws(room);
        this.lastId = request.promptIds()[request.promptIds().length - 1];
    }

    @Override
    public void cancel() {
        cancelled = true;
        onCancel.accept(this);
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** How long it has been there, in nanoseconds. */
    long age() {
        return System.nanoTime() - queuedAt;
    }

    /** Tokens of the prompt that are to be read before the first step, which reads the last one. */
    int unread() {
        return request.promptIds().length - 1 - read;
    }

    /** Reads the next of them. */
    void prefill(BatchGenerator generator, int row, int tokens) {
        generator.prefill(row, request.promptIds(), read, read + tokens);
        read += tokens;
    }

    /** How many positions the cache holds of it. */
    int positions() {
        return read + written;
    }

    int topLogprobs() {
        return Math.max(0, request.topLogprobs());
    }

    /** What its row reads in the next step. */
    BatchRow next() {
        return new BatchRow(lastId, positions(), draws[written], request.sampling());
    }

    /** Takes what a step chose for it; whether it goes on. Else {@link #tellEnd} says why. */
    boolean take(BatchChoices choices, int row) {
        if (cancelled) {
            return false;
        }
        if (!choices.isFinite(row)) {
            fail(BatchGenerator.notFinite(written));
            return false;
        }
        int id = choices.id(row);
        if (IntStream.of(request.stopIds()).anyMatch(stop -> stop == id)) {
            ending = () -> listener.finished(FinishReason.STOP);
            return false;
        }
        if (!tell(() -> listener.token(choice(choices, row)))) {
            return false;
        }
        lastId = id;
        written++;
        if (written == draws.length) {
            ending = () -> listener.finished(FinishReason.LENGTH);
            return false;
        }
        return true;
    }

    void fail(StudentException e) {
        ending = () -> listener.failed(e);
    }

    /** Tells its listener that it has ended, once it has no slot any more. */
    void tellEnd() {
        if (!cancelled) {
            tell(ending);
        }
    }

    private TokenChoice choice(BatchChoices choices, int row) {
        if (request.topLogprobs() == DecodeRequest.NO_LOGPROBS) {
            return new TokenChoice(choices.id(row), Float.NaN, new int[0], new float[0]);
        }
        return new TokenChoice(
                choices.id(row),
                choices.logProbability(row),
                choices.topIds(row, request.topLogprobs()),
                choices.topLogProbabilities(row, request.topLogprobs()));
    }

    /** A listener that throws must not end the requests beside its own. */
    private static boolean tell(Runnable message) {
        try {
            message.run();
            return true;
        } catch (RuntimeException e) {
            LOG.warn("a request ends, since its listener failed", e);
            return false;
        }
    }
}
