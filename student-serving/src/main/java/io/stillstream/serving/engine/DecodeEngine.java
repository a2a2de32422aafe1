package io.stillstream.serving.engine;

import io.stillstream.student.StudentException;
import io.stillstream.student.inference.BatchGenerator;
import io.stillstream.student.model.Student;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes many requests at once: continuous batching (Yu et al., 2022). Each step writes one token of every request that has a slot;
 * between steps, requests that have ended leave their slots, and waiting ones take them. Prompts are read one at a time and in pieces
 * of at most {@link EngineConfig#prefillTokens}, so that a long one holds up the answers of others only so long.
 * A request that finds no slot within {@link EngineConfig#queueTimeout} is refused.
 *
 * <p>For any thread. A thread of the engine's own does the work; the student is used by no other until the engine is closed. A
 * request that the student cannot answer fails alone. Where what is left of it cannot be cleared away either, as on a device that is
 * broken, the engine {@linkplain #hasFailed has failed}: it fails all requests, and takes no more.
 */
public final class DecodeEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DecodeEngine.class);

    private final EngineConfig config;
    private final BatchGenerator generator;
    private final Slots slots;
    private final Thread thread = new Thread(this::run, "decode-engine");
    private volatile boolean failed;

    /** This and what is below is guarded by this. */
    private final Deque<DecodeTask> waiting = new ArrayDeque<>();
    /** {@code slots.taken()}, as other threads may see it. */
    private int running;
    /** Requests that have left their slots and whose listeners are being told. */
    private int telling;

    private boolean draining;
    private boolean closed;
    private boolean ended;

    /**
     * Makes room for the keys and values of all slots, and begins.
     *
     * @param student not closed with the engine, and not before it
     * @throws StudentException when several of its texts cannot be written at once: the message says why
     */
    public DecodeEngine(Student student, EngineConfig config) {
        this.config = config;
        int context = config.contextTokens(student.config().contextWindow());
        this.generator = new BatchGenerator(student, config.slots(), context);
        this.slots = new Slots(generator, config.slots());
        thread.setDaemon(true);
        thread.start();
    }

    /** The longest text of a request, prompt and answer, in tokens. A prompt leaves room for a token at least. */
    public int contextTokens() {
        return generator.positions();
    }

    /**
     * Takes a request.
     *
     * @param listener told its tokens, on the engine's thread
     * @throws QueueFullException when all slots are taken and as many requests wait as may
     * @throws EngineClosedException when it is drained or closed, or has failed
     * @throws StudentException when the prompt is too long, see {@link #contextTokens}
     */
    public synchronized DecodeHandle submit(DecodeRequest request, DecodeListener listener) throws QueueFullException {
        int prompt = request.promptIds().length;
        if (prompt >= contextTokens()) {
            throw new StudentException("a prompt of " + prompt + " tokens; expected at most " + (contextTokens() - 1)
                    + ", which leaves room for an answer");
        }
        if (draining || closed) {
            throw new EngineClosedException();
        }
        if (running + waiting.size() >= config.slots() + config.queue()) {
            throw new QueueFullException(config.queue());
        }
        int room = Math.min(request.maxTokens(), contextTokens() - prompt);
        DecodeTask task = new DecodeTask(request, room, listener, this::forget);
        waiting.add(task);
        notifyAll();
        return task;
    }

    /** Whether it has ended without being closed, and decodes no more; the log says why. It is still to be closed. */
    public boolean hasFailed() {
        return failed;
    }

    public synchronized EngineLoad load() {
        return new EngineLoad(running, waiting.size(), config.slots());
    }

    /** Takes no more requests, and waits until those that it has have ended, or until the caller's thread is interrupted. */
    public synchronized void drain() {
        draining = true;
        try {
            while (!closed && (running > 0 || telling > 0 || !waiting.isEmpty())) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fails the requests that have not ended, which takes a step at most, and gives the memory back. */
    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        boolean interrupted = false;
        while (!ended) {
            try {
                wait();
            } catch (InterruptedException e) {
                // The student's weights are in use until the thread has ended.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A waiting request that was cancelled leaves its place in the queue at once. */
    private synchronized void forget(DecodeTask cancelled) {
        waiting.remove(cancelled);
        notifyAll();
    }

    private void run() {
        StudentException unfinished = new StudentException("the engine was closed before the answer was whole");
        try {
            decode();
        } catch (RuntimeException | Error e) {
            LOG.error("the decode engine has failed, and takes no more requests", e);
            unfinished = new StudentException("the engine failed before the answer was whole", e);
            failed = true;
        }
        try {
            end(unfinished);
        } catch (RuntimeException | Error e) {
            // A device that is broken takes nothing back.
            LOG.warn("the memory of a decode engine could not be given back", e);
        } finally {
            leave();
        }
    }

    private void decode() {
        while (awaitWork()) {
            readPrompts();
            refuseOverdue();
            slots.step();
            slots.releaseCancelled();
            tellEnds();
        }
    }

    private void end(StudentException unfinished) {
        slots.fail(unfinished);
        tellEnds();
        for (DecodeTask task : endWaiting()) {
            task.fail(unfinished);
            task.tellEnd();
        }
        generator.close();
    }

    private void readPrompts() {
        int left = config.prefillTokens();
        while (left > 0 && (slots.isReading() || admit())) {
            left -= Math.max(1, slots.read(left));
        }
    }

    /** Whoever waits too long for a slot is told so while another server can still answer in its place. */
    private void refuseOverdue() {
        for (DecodeTask task = nextOverdue(); task != null; task = nextOverdue()) {
            task.fail(new QueuedTooLongException(config.queueTimeout()));
            task.tellEnd();
        }
    }

    private synchronized @Nullable DecodeTask nextOverdue() {
        DecodeTask first = waiting.peek();
        return first != null && first.age() > config.queueTimeout().toNanos() ? waiting.poll() : null;
    }

    /** Whether there is something to do; false once it is closed. */
    private synchronized boolean awaitWork() {
        while (!closed && running == 0 && waiting.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                // Nobody but this class knows the thread, and it ends the thread by closing.
                throw new IllegalStateException("the engine's thread was interrupted", e);
            }
        }
        return !closed;
    }

    private synchronized boolean admit() {
        if (waiting.isEmpty() || slots.taken() == config.slots()) {
            return false;
        }
        slots.begin(waiting.remove());
        updateLoad(0);
        return true;
    }

    /** Also where the engine has failed: then nothing would answer further requests. */
    private synchronized List<DecodeTask> endWaiting() {
        closed = true;
        List<DecodeTask> left = List.copyOf(waiting);
        waiting.clear();
        updateLoad(0);
        return left;
    }

    private void tellEnds() {
        List<DecodeTask> over = slots.takeEnded();
        updateLoad(over.size());
        over.forEach(DecodeTask::tellEnd);
        updateLoad(0);
    }

    private synchronized void leave() {
        ended = true;
        notifyAll();
    }

    private synchronized void updateLoad(int beingTold) {
        running = slots.taken();
        telling = beingTold;
        notifyAll();
    }
}
