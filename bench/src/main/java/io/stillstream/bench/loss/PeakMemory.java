package io.stillstream.bench.loss;

import io.stillstream.configuration.ProcessMemory;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;

/** How much memory this process takes at most while something runs, as Linux counts it. */
final class PeakMemory {

    private PeakMemory() {}

    /** Bytes beyond what was resident before. */
    static long during(Runnable work) {
        ProcessMemory memory = ProcessMemory.ofThisProcess();
        try {
            memory.resetPeak();
            long before = memory.resident();
            work.run();
            return memory.peak() - before;
        } catch (IOException e) {
            throw new TrainerException("this system does not say how much memory the process takes: " + e, e);
        }
    }
}
