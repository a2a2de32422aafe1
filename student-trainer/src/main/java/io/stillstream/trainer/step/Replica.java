package io.stillstream.trainer.step;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.TrainerException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A student's weights on a further device, and the thread that computes there. For one thread at a time, but for that one. */
final class Replica implements AutoCloseable {

    private final Student student;
    private final StepDevice device;
    private final ExecutorService thread;

    Replica(Student original, Device device, OptimizerConfig optimizer, StepConfig config) {
        this.student = original.blank(device);
        this.device = new StepDevice(student, optimizer, config);
        this.thread = Executors.newSingleThreadExecutor(task -> {
            var worker = new Thread(task, "step-on-" + device);
            worker.setDaemon(true);
            return worker;
        });
        this.device.take(original.parameterArguments());
    }

    /** A micro-batch in the making. */
    record Pending(MicroBatch part, NDManager scope, Future<NDList> gradients) implements AutoCloseable {

        /** Waits for it. */
        NDList await() {
            try {
                return gradients.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TrainerException("interrupted while another device computed a step", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new TrainerException("a device could not compute its part of a step: " + e.getCause(), e);
            }
        }

        /** Waits until nobody computes it, and frees what was computed. */
        @Override
        public void close() {
            boolean interrupted = false;
            while (!gradients.isDone()) {
                try {
                    gradients.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    break;
                }
            }
            scope.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Begins to compute a micro-batch's gradients. */
    Pending begin(MicroBatch part) {
        NDManager scope = device.newScope();
        return new Pending(part, scope, thread.submit(() -> device.apart(scope, part)));
    }

    /** Follows the weights that the first device has changed. */
    void follow(Student original) {
        device.take(original.trainedArguments());
    }

    @Override
    public void close() {
        thread.shutdown();
        device.close();
        student.close();
    }
}
