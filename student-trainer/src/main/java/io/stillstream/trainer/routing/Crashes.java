package io.stillstream.trainer.routing;

import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The journals of what the trainer died of. They are apart because the same death means something else in each: of one record
 * that was being read it is sure which one it was, of the many of a step it is not, and one that came through its reading may
 * still end a step.
 *
 * @param reading of records that were being decoded and tokenized, one by one
 * @param steps of all the records of a step that was being taken
 * @param alone of the records of such a step that were then tried one by one
 */
public record Crashes(CrashJournal reading, CrashJournal steps, CrashJournal alone) {

    /** Being in a step in which the process died proves nothing, however often: each of its records may be as good as the others. */
    private static final int NO_BOUND = Integer.MAX_VALUE;

    /** Journals that count nothing. */
    public static Crashes none() {
        return new Crashes(CrashJournal.none(), CrashJournal.none(), CrashJournal.none());
    }

    /**
     * Counts what the trainer before this one died of.
     *
     * @param topic see {@link CrashJournal#open}
     * @param maxDeaths how many deaths make a record poison; 0 counts nothing
     * @throws TrainerException when the directory cannot be read or written
     */
    public static Crashes open(Path directory, String topic, int maxDeaths) {
        if (maxDeaths == 0) {
            return none();
        }
        try {
            return new Crashes(
                    CrashJournal.open(directory, topic, maxDeaths),
                    CrashJournal.open(directory.resolve("steps"), topic, NO_BOUND),
                    CrashJournal.open(directory.resolve("alone"), topic, maxDeaths));
        } catch (IOException e) {
            throw new TrainerException(
                    "the records that this trainer died of cannot be noted in " + directory + ": " + e
                            + "; remove the directory, or set trainer.max-deaths to 0",
                    e);
        }
    }

    /** Whether the process died so often of a record that it must not be processed. */
    public boolean isPoison(PartitionOffset record) {
        return reading.isPoison(record) || endsSteps(record);
    }

    /** Whether it did so while it computed the gradient of that record alone. */
    public boolean endsSteps(PartitionOffset record) {
        return alone.isPoison(record);
    }

    /** Counts no death from now on: the process was told to stop. */
    public void ignoreFurtherDeaths() {
        reading.ignoreFurtherDeaths();
        steps.ignoreFurtherDeaths();
        alone.ignoreFurtherDeaths();
    }
}
