package io.stillstream.fuzz;

import com.sun.management.ThreadMXBean;
import io.stillstream.contract.text.OneLine;
import java.lang.management.ManagementFactory;
import java.util.Objects;

/**
 * What a reader promises for any bytes: it fails with one exception alone, which says why on one line, and allocates no more
 * than a multiple of what it is given.
 *
 * @param refusal the only exception that it throws, or a superclass of those
 * @param allocatedBytes what it may allocate beside that
 * @param allocatedPerByte what it may allocate for each byte that it reads
 */
record Promise(Class<? extends RuntimeException> refusal, long allocatedBytes, long allocatedPerByte) {

    /** For the tables and buffers of a parser. */
    private static final long USUAL_BYTES = 4L << 20;

    /** A tree of small values takes some hundred bytes for two of JSON. */
    private static final long USUAL_PER_BYTE = 4096;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Promise usual(Class<? extends RuntimeException> refusal) {
        return new Promise(refusal, USUAL_BYTES, USUAL_PER_BYTE);
    }

    /** @throws AssertionError when the target breaks it */
    void hold(FuzzTarget target, byte[] input) {
        long most = allocatedBytes + input.length * allocatedPerByte;
        long allocated = allocated(target, input);
        if (allocated > most) {
            // What a first read allocates may be of classes that it loads.
            allocated = allocated(target, input);
        }
        if (allocated > most) {
            throw new AssertionError(allocated + " bytes are allocated for an input of " + input.length
                    + "; expected at most " + allocatedBytes + " and " + allocatedPerByte + " a byte");
        }
    }

    private long allocated(FuzzTarget target, byte[] input) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            target.read(input);
        } catch (RuntimeException e) {
            requireRefusal(e);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private void requireRefusal(RuntimeException e) {
        if (!refusal.isInstance(e)) {
            throw new AssertionError("an exception that is not promised: " + e, e);
        }
        requireSentence(Objects.requireNonNullElse(e.getMessage(), ""));
    }

    /** @throws AssertionError for a reason that is missing, of several lines, or longer than a sentence is */
    static void requireSentence(String reason) {
        if (reason.isBlank() || reason.length() > OneLine.MOST_CHARACTERS || !reason.equals(OneLine.of(reason))) {
            throw new AssertionError("no sentence on one line: '" + reason + "'");
        }
    }

    static void require(boolean kept, String promise) {
        if (!kept) {
            throw new AssertionError(promise);
        }
    }
}
