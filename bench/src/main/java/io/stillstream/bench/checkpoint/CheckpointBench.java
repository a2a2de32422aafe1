package io.stillstream.bench.checkpoint;

import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.statistics.Medians;
import io.stillstream.student.model.Student;
import io.stillstream.student.model.StudentCopy;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotDraft;
import io.stillstream.trainer.checkpoint.SnapshotFiles;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.step.OptimizerConfig;
import io.stillstream.trainer.step.OptimizerCopy;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Times how long training waits for a checkpoint: for the copy, when another thread writes it, beside writing it in the
 * training thread. Both write the same files through the same store, hashed, forced to the disk and moved to their name.
 * Rounds of both are interleaved, so that a slow minute of the machine is everyone's.
 */
public final class CheckpointBench {

    private static final String OPTIMIZER = Snapshot.TRAINER + "/optimizer.safetensors";
    private static final int KEEP = 2;
    private static final OptimizerConfig ANY_RATE = OptimizerConfig.of(1e-3, 1);
    private static final TeacherIdentity NOBODY = new TeacherIdentity("none", "none", "none", "none");

    private final Path directory;
    private final CheckpointStore store;
    private long step;
    private long bytes;

    /** @param directory a data directory for this bench alone; on the disk that is to be timed */
    public CheckpointBench(Path directory) {
        this.directory = directory;
        this.store = new CheckpointStore(directory, Clock.systemUTC());
    }

    /**
     * @param studentDirectory a Hugging Face directory
     * @param rounds timed rounds, after one that is not counted
     */
    public CheckpointTimes time(Path studentDirectory, int rounds) {
        double[] pauses = new double[rounds];
        double[] saves = new double[rounds];
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try (DataDirectory data = DataDirectory.open(directory);
                Student student = Student.load(studentDirectory);
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ANY_RATE);
                StudentCopy studentCopy = student.newCopy();
                OptimizerCopy optimizerCopy = optimizer.newCopy()) {
            for (int round = -1; round < rounds; round++) {
                long started = System.nanoTime();
                studentCopy.take();
                optimizerCopy.take();
                var written = writer.submit(() -> write(data, into -> {
                    studentCopy.write(into);
                    write(into, optimizerCopy::write);
                }));
                double pause = (System.nanoTime() - started) / 1e6;
                written.get();
                started = System.nanoTime();
                write(data, into -> {
                    student.save(into);
                    write(into, optimizer::save);
                });
                double save = (System.nanoTime() - started) / 1e6;
                if (round >= 0) {
                    pauses[round] = pause;
                    saves[round] = save;
                }
            }
            return new CheckpointTimes(student.parameterCount(), bytes, rounds, Medians.of(pauses), Medians.of(saves));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException("interrupted while checkpoints were timed", e);
        } catch (ExecutionException e) {
            throw new TrainerException("a checkpoint could not be written: " + e.getCause(), e);
        } finally {
            writer.shutdownNow();
        }
    }

    private void write(DataDirectory data, Consumer<SnapshotFiles> contents) {
        step++;
        Snapshot written = store.write(
                new SnapshotDraft(
                        step,
                        Offsets.beginning(),
                        NOBODY,
                        "none",
                        "",
                        Map.of(),
                        Map.of(),
                        Instant.EPOCH,
                        new Writer(data.epoch(), step, ""),
                        contents),
                (id, manifest) -> data.requireCurrent());
        bytes = written.manifest().files().values().stream()
                .mapToLong(FileDigest::size)
                .sum();
        store.retain(KEEP, List.of());
    }

    /** Writes an optimizer. */
    private interface OptimizerWriter {

        void write(WritableByteChannel channel) throws IOException;
    }

    private static void write(SnapshotFiles files, OptimizerWriter optimizer) {
        try (WritableByteChannel channel = files.create(OPTIMIZER)) {
            optimizer.write(channel);
        } catch (IOException e) {
            throw new TrainerException("the optimizer could not be written: " + e, e);
        }
    }
}
