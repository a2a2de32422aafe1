package io.stillstream.serving.engine;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.student.StudentException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listener that keeps what it is told. */
final class Recorded implements DecodeListener {

    private static final long PATIENCE_SECONDS = 120;

    private final List<TokenChoice> choices = new ArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable FinishReason reason;
    private @Nullable StudentException failure;

    @Override
    public synchronized void token(TokenChoice choice) {
        choices.add(choice);
        begun.countDown();
    }

    @Override
    public synchronized void finished(FinishReason finishReason) {
        requireNotEnded();
        reason = finishReason;
        ended.countDown();
    }

    @Override
    public synchronized void failed(StudentException e) {
        requireNotEnded();
        failure = e;
        ended.countDown();
    }

    private void requireNotEnded() {
        if (ended.getCount() == 0) {
            throw new AssertionError("told twice that it ended");
        }
    }

    void awaitFirst() throws InterruptedException {
        require(begun.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** The tokens of a text that is whole. */
    int[] text() throws InterruptedException {
        require(ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
            return choices.stream().mapToInt(TokenChoice::id).toArray();
        }
    }

    /** Why it failed; null where it did not. */
    @Nullable
    StudentException failure() throws InterruptedException {
        require(ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        synchronized (this) {
            return failure;
        }
    }

    synchronized List<TokenChoice> choices() {
        return List.copyOf(choices);
    }

    synchronized @Nullable FinishReason reason() {
        return reason;
    }

    boolean isEnded() {
        return ended.getCount() == 0;
    }

    private static void require(boolean told) {
        if (!told) {
            throw new AssertionError("not told within " + PATIENCE_SECONDS + " s");
        }
    }
}
