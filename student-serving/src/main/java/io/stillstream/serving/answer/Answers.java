package io.stillstream.serving.answer;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.monitoring.serving.ServingMeters;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.request.GenerationOptions;
import io.stillstream.serving.api.response.Usage;
import io.stillstream.serving.engine.DecodeHandle;
import io.stillstream.serving.engine.DecodeListener;
import io.stillstream.serving.engine.DecodeRequest;
import io.stillstream.serving.engine.QueueFullException;
import io.stillstream.serving.engine.QueuedTooLongException;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.serving.weights.ServedSnapshot;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.Sampling;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers of one request while they are written, all by one snapshot, which is held until the last has ended. It ends once: all
 * are finished, one has failed, or the caller has gone.
 */
public final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /** Keeps the draws of a request's choices apart: an odd number far from all small ones. */
    private static final long NEXT_SEED = 0x9E3779B97F4A7C15L;

    private final ServedSnapshot snapshot;
    private final List<int[]> prompts;
    private final GenerationOptions options;
    private final AnswerSink sink;
    private final ServingMeters meters;
    private final long started;
    private final List<Choice> choices = new CopyOnWriteArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicInteger open;
    private final AtomicInteger written = new AtomicInteger();

    /**
     * @param snapshot held by this request; it is released at the end, however that comes
     * @param prompts in its tokens
     * @param started when the request came, by {@link System#nanoTime}
     */
    public Answers(
            ServedSnapshot snapshot,
            List<int[]> prompts,
            GenerationOptions options,
            AnswerSink sink,
            ServingMeters meters,
            long started) {
        this.snapshot = snapshot;
        this.prompts = prompts;
        this.options = options;
        this.sink = sink;
        this.meters = meters;
        this.started = started;
        this.open = new AtomicInteger(prompts.size() * options.choices());
    }

    /**
     * Asks for all of them. To be called once.
     *
     * @throws ApiException when the queue has no room for them; then none is written
     */
    public void begin() {
        long seed = options.seed() == null ? ThreadLocalRandom.current().nextLong() : options.seed();
        try {
            for (int[] prompt : prompts) {
                for (int i = 0; i < options.choices(); i++) {
                    var choice = new Choice(choices.size());
                    choices.add(choice);
                    choice.submit(prompt, seed + choice.index * NEXT_SEED);
                }
            }
        } catch (QueueFullException e) {
            if (cancel(ServingMeters.Outcome.OVERLOADED)) {
                throw new ApiException(
                        ApiError.overloaded("The server has as many requests as it takes; try again in a moment."), e);
            }
        }
    }

    /** The caller has gone: its slots are free for others. */
    public void cancel() {
        var unused = cancel(ServingMeters.Outcome.CALLER_GONE);
    }

    /** Whether that is how it ended. */
    private boolean cancel(ServingMeters.Outcome outcome) {
        boolean ends = ended.compareAndSet(false, true);
        if (ends) {
            choices.forEach(Choice::cancel);
            snapshot.release();
            meters.recordRequest(outcome);
        }
        return ends;
    }

    private void fail(StudentException e) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        choices.forEach(Choice::cancel);
        snapshot.release();
        if (e instanceof QueuedTooLongException) {
            meters.recordRequest(ServingMeters.Outcome.OVERLOADED);
            sink.failed(ApiError.overloaded("The server is busy: " + e.getMessage() + "; try again in a moment."));
        } else {
            LOG.error("a request to {} failed", snapshot.id(), e);
            meters.recordRequest(ServingMeters.Outcome.FAILED);
            sink.failed(ApiError.ofModel(e));
        }
    }

    private void finishedOne() {
        if (open.decrementAndGet() == 0 && ended.compareAndSet(false, true)) {
            int prompt = prompts.stream().mapToInt(ids -> ids.length).sum();
            snapshot.release();
            meters.recordAnswer(Duration.ofNanos(System.nanoTime() - started), prompt, written.get());
            sink.completed(Usage.of(prompt, written.get()));
        }
    }

    private final class Choice implements DecodeListener {

        private final int index;
        private final AnswerText text = new AnswerText(options.stop(), snapshot::textStream);
        private volatile @Nullable DecodeHandle handle;
        private volatile boolean over;

        Choice(int index) {
            this.index = index;
        }

        void submit(int[] prompt, long seed) throws QueueFullException {
            int room = snapshot.contextTokens() - prompt.length;
            int most = options.maxTokens() == null ? room : Math.min(room, options.maxTokens());
            var sampling = new Sampling((float) options.temperature(), (float) options.topP(), seed);
            var request = new DecodeRequest(prompt, most, snapshot.stopIds(), sampling, options.topLogprobs());
            handle = snapshot.engine().submit(request, this);
            if (over || ended.get()) {
                cancel();
            }
        }

        void cancel() {
            DecodeHandle submitted = handle;
            if (submitted != null) {
                submitted.cancel();
            }
        }

        @Override
        public void token(TokenChoice choice) {
            if (over || ended.get()) {
                return;
            }
            if (begun.compareAndSet(false, true)) {
                meters.recordFirstToken(Duration.ofNanos(System.nanoTime() - started));
            }
            written.incrementAndGet();
            Piece piece = text.accept(choice);
            if (text.stopped()) {
                cancel();
                end(piece, FinishReason.STOP);
            } else if (!piece.isEmpty()) {
                sink.piece(index, piece);
            }
        }

        @Override
        public void finished(FinishReason reason) {
            if (!over && !ended.get()) {
                end(text.rest(), reason);
            }
        }

        private void end(Piece rest, FinishReason reason) {
            over = true;
            sink.finished(index, rest, reason);
            finishedOne();
        }

        @Override
        public void failed(StudentException e) {
            if (!over) {
                fail(e);
            }
        }
    }
}
