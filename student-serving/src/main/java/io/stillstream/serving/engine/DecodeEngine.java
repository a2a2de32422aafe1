package io.stillstream.serving.engine;

import io.stillstream.contract.FinishReason;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Decodes requests, one after another. For any thread; the student belongs to the engine's own. */
public final class DecodeEngine implements AutoCloseable {

    private final Student student;
    private final EngineConfig config;
    private final Thread thread = new Thread(this::run, "decode-engine");
    private final Deque<Task> waiting = new ArrayDeque<>();
    private @Nullable Task running;
    private boolean draining;
    private boolean closed;

    private static final class Task implements DecodeHandle {
        private final DecodeRequest request;
        private final DecodeListener listener;
        private volatile boolean cancelled;

        Task(DecodeRequest request, DecodeListener listener) {
            this.request = request;
            this.listener = listener;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private static final class Ended extends RuntimeException {}

    public DecodeEngine(Student student, EngineConfig config) {
        this.student = student;
        this.config = config;
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * @throws QueueFullException when as many requests wait as may
     * @throws EngineClosedException when it is drained or closed
     */
    public synchronized DecodeHandle submit(DecodeRequest request, DecodeListener listener) throws QueueFullException {
        if (draining || closed) {
            throw new EngineClosedException();
        }
        if (running != null && waiting.size() >= config.queue()) {
            throw new QueueFullException(config.queue());
        }
        Task task = new Task(request, listener);
        waiting.add(task);
        notifyAll();
        return task;
    }

    public synchronized EngineLoad load() {
        return new EngineLoad(running == null ? 0 : 1, waiting.size(), 1);
    }

    /** Takes no more requests, and waits until those that it has have ended. */
    public synchronized void drain() {
        draining = true;
        boolean interrupted = false;
        while (!waiting.isEmpty() || running != null) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fails the requests that have not ended. The student is not closed. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (StudentGenerator generator = new StudentGenerator(student)) {
            for (Task task = next(); task != null; task = next()) {
                decode(generator, task);
            }
        }
    }

    private void decode(StudentGenerator generator, Task task) {
        DecodeRequest request = task.request;
        try {
            int[] ids = generator.stream(request.promptIds(), request.maxTokens(), request.sampling(), id -> {
                if (task.cancelled || closed) {
                    throw new Ended();
                }
                task.listener.token(new TokenChoice(id, Float.NaN, new int[0], new float[0]));
            });
            boolean whole = ids.length < generator.room(request.promptIds(), request.maxTokens());
            task.listener.finished(whole ? FinishReason.STOP : FinishReason.LENGTH);
        } catch (StudentException e) {
            task.listener.failed(e);
        } catch (Ended e) {
            if (!task.cancelled) {
                task.listener.failed(new StudentException("the engine was closed", e));
            }
        }
    }

    private synchronized @Nullable Task next() {
        running = null;
        notifyAll();
        while (!closed && waiting.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                return null;
            }
        }
        if (closed) {
            waiting.forEach(task -> task.listener.failed(new StudentException("the engine was closed")));
            waiting.clear();
            return null;
        }
        running = waiting.remove();
        return running;
    }
}
