package io.stillstream.serving.engine;

import io.stillstream.student.StudentException;
import io.stillstream.student.inference.BatchChoices;
import io.stillstream.student.inference.BatchGenerator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests that have a slot. Those that are answered have the first rows of the generator's cache, without gaps; the prompt that
 * is being read has the last row, which is free as long as a slot is, and moves when it has been read. For the engine's thread.
 */
final class Slots {

    private final BatchGenerator generator;
    private final int slots;
    /** A task's place is its row. */
    private final List<DecodeTask> answered = new ArrayList<>();
    /** Their listeners do not know yet. */
    private final List<DecodeTask> ended = new ArrayList<>();

    private @Nullable DecodeTask reading;

    Slots(BatchGenerator generator, int slots) {
        this.generator = generator;
        this.slots = slots;
    }

    int taken() {
        return answered.size() + (reading == null ? 0 : 1);
    }

    boolean isReading() {
        return reading != null;
    }

    /** Gives a free slot to a request, while no other's prompt is being read. */
    void begin(DecodeTask task) {
        reading = task;
        answerWhatIsRead();
    }

    /** Reads on in the prompt, at most so many tokens; returns how many. */
    int read(int most) {
        DecodeTask task = reading;
        if (task == null) {
            return 0;
        }
        int tokens = Math.min(most, task.unread());
        try {
            task.prefill(generator, slots - 1, tokens);
        } catch (StudentException e) {
            reading = null;
            generator.clear(slots - 1);
            end(task, e);
            return tokens;
        }
        answerWhatIsRead();
        return tokens;
    }

    /** One token more for all that are answered. */
    void step() {
        if (answered.isEmpty()) {
            return;
        }
        int top = answered.stream().mapToInt(DecodeTask::topLogprobs).max().orElseThrow();
        BatchChoices choices;
        try {
            choices = generator.step(answered.stream().map(DecodeTask::next).toList(), top);
        } catch (StudentException e) {
            fail(e);
            // What a step that failed has written is not known.
            for (int row = 0; row < slots; row++) {
                generator.clear(row);
            }
            return;
        }
        // From the last one on, so that those that fill gaps have taken theirs.
        for (int row = answered.size() - 1; row >= 0; row--) {
            boolean goesOn = answered.get(row).take(choices, row);
            if (!choices.isFinite(row)) {
                generator.clear(row);
            }
            if (!goesOn) {
                ended.add(answered.get(row));
                release(row);
            }
        }
    }

    void releaseCancelled() {
        if (reading != null && reading.isCancelled()) {
            reading = null;
        }
        for (int row = answered.size() - 1; row >= 0; row--) {
            if (answered.get(row).isCancelled()) {
                release(row);
            }
        }
    }

    /** Ends all. */
    void fail(StudentException e) {
        answered.forEach(task -> end(task, e));
        answered.clear();
        if (reading != null) {
            end(reading, e);
            reading = null;
        }
    }

    /** Those that have ended since the last call: who hears of it may count on their slots. */
    List<DecodeTask> takeEnded() {
        List<DecodeTask> taken = List.copyOf(ended);
        ended.clear();
        return taken;
    }

    private void end(DecodeTask task, StudentException e) {
        task.fail(e);
        ended.add(task);
    }

    private void answerWhatIsRead() {
        DecodeTask task = reading;
        if (task == null || task.unread() > 0) {
            return;
        }
        move(slots - 1, answered.size(), task);
        answered.add(task);
        reading = null;
    }

    private void release(int row) {
        int last = answered.size() - 1;
        DecodeTask task = answered.remove(last);
        if (row != last) {
            move(last, row, task);
            answered.set(row, task);
        }
    }

    private void move(int source, int target, DecodeTask task) {
        if (source != target && task.positions() > 0) {
            generator.move(source, target, task.positions());
        }
    }
}
