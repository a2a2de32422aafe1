package io.stillstream.bench.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.stillstream.bench.measure.Interleaved;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.step.OptimizerConfig;
import io.stillstream.trainer.step.StepConfig;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Times an optimizer step beside a Hugging Face student's in eager PyTorch: forward pass, loss, backward pass, clipping and
 * AdamW, on the same weights, batch and number of threads. Steps of both, and a large matrix product that their operations are
 * compared with, are taken in turn.
 */
public final class TrainerBench {

    /** Small enough that the weights stay where the losses of both can be compared. */
    private static final OptimizerConfig OPTIMIZER = OptimizerConfig.of(1e-5, 0);

    /** Both add up single precision numbers, in orders of their own. */
    private static final double SAME_LOSS = 1e-3;

    private static final int PRODUCT = 2_048;
    private static final double PRODUCT_OPERATIONS = 2.0 * PRODUCT * PRODUCT * PRODUCT;

    private final Path python;
    private final Interleaved interleaved;

    /**
     * @param python an interpreter with torch and transformers
     * @param rounds timed steps of each, after one that is not counted
     */
    public TrainerBench(Path python, int rounds) {
        this.python = python;
        this.interleaved = new Interleaved(rounds, Duration.ZERO, Duration.ZERO);
    }

    /**
     * @throws PipelineException when the two do not compute the same loss
     * @throws IOException when the students cannot be written
     */
    public StepTiming time(StudentSize size, StepShape shape, String name, LossConfig loss) throws IOException {
        try (TemporaryDirectory directory = TemporaryDirectory.create("trainer-bench")) {
            Path model = Files.createDirectory(directory.path().resolve("student"));
            size.write(model);
            TrainingBatch batch = shape.batch(size.vocabulary(), !loss.needs().isEmpty());
            try (Student student = Student.load(model);
                    StudentOptimizer optimizer = StudentOptimizer.fresh(student, OPTIMIZER);
                    TrainingStep ours = new TrainingStep(student, optimizer, loss, StepConfig.of(shape.tokens()));
                    EagerTrainer eager =
                            new EagerTrainer(python, directory.path(), model, batch, OPTIMIZER, TorchEngine.threads());
                    NDManager scope = TorchEngine.newScope()) {
                requireSameLoss(ours.step(batch).total(), eager.step().loss());
                NDArray factor = scope.randomNormal(0, 1, new Shape(PRODUCT, PRODUCT), DataType.FLOAT32);
                double[] seconds = interleaved.medians(List.of(
                        () -> elapsed(() -> ours.step(batch)),
                        () -> eager.step().seconds(),
                        () -> elapsed(() -> factor.matMul(factor).close())));
                double peak = PRODUCT_OPERATIONS / seconds[2];
                double operations = size.operations(shape.sequences(), shape.length(), shape.predicted());
                return new StepTiming(
                        size.label(),
                        shape.sequences() + "x" + shape.length(),
                        name,
                        seconds[0] * 1e3,
                        seconds[1] * 1e3,
                        operations / seconds[0] / peak,
                        operations / seconds[1] / peak);
            }
        }
    }

    private static double elapsed(Runnable run) {
        long started = System.nanoTime();
        run.run();
        return (System.nanoTime() - started) / 1e9;
    }

    private static void requireSameLoss(double ours, double eager) {
        if (!(Math.abs(ours - eager) <= SAME_LOSS * Math.abs(eager))) {
            throw new PipelineException("the first step's loss is " + ours + ", and in eager PyTorch " + eager
                    + "; expected the same, so their times are not compared");
        }
    }
}
