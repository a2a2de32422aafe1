package io.stillstream.trainer.step;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.batch.MicroBatches;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.loss.ActiveTerms;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.TargetNeed;
import io.stillstream.trainer.loss.TermSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One optimizer step of a student on a batch. Gradients of micro-batches are added up, then AdamW changes the weights in
 * place. The same student, optimizer and batch give the same bytes, on the same machine with the same number of
 * threads, on one device or several of its kind.
 */
public final class TrainingStep implements AutoCloseable {

    private final Student student;
    private final StudentOptimizer optimizer;
    private final LossConfig loss;
    private final Set<TargetNeed> needs;
    private final MicroBatches microBatches;
    private final StepConfig config;
    private final StepDevice device;
    private final List<Replica> replicas = new ArrayList<>();

    /** As {@link StepConfig#of} has it. */
    public TrainingStep(Student student, StudentOptimizer optimizer, LossConfig loss, int microBatchTokens) {
        this(student, optimizer, loss, StepConfig.of(microBatchTokens));
    }

    public TrainingStep(Student student, StudentOptimizer optimizer, LossConfig loss, StepConfig config) {
        this.student = student;
        this.optimizer = optimizer;
        this.loss = loss;
        this.config = config;
        this.microBatches = new MicroBatches(student.config(), config.microBatchTokens());
        this.needs = loss.needs();
        this.device = new StepDevice(student, optimizer.config(), config);
        config.devices().others().forEach(each -> replicas.add(new Replica(student, each, optimizer.config(), config)));
    }

    /**
     * Trains on the batch.
     *
     * @throws TrainerException when the batch does not fit the student; weights and optimizer are as before
     */
    public StepReport step(TrainingBatch batch) {
        List<List<Integer>> divided = divided(batch);
        requireTeacher(batch);
        long next = optimizer.step() + 1;
        double learningRate = optimizer.config().learningRate(next);
        ActiveTerms terms = config.reportsShares(next) ? loss.at(next).withShares() : loss.at(next);
        try (NDManager scope = student.newScope()) {
            NDList gradients = new NDList();
            TermSums sums = accumulate(scope, gradients, parts(batch, divided, terms), terms);
            double norm = device.optimize(scope, gradients, optimizer, next, learningRate);
            boolean applied = Double.isFinite(norm);
            if (applied) {
                optimizer.advance();
                replicas.forEach(replica -> replica.follow(student));
            }
            return new StepReport(
                    optimizer.step(),
                    applied,
                    sums.total(),
                    sums.values(),
                    sums.shares(),
                    norm,
                    learningRate,
                    batch.examples(),
                    batch.labels());
        }
    }

    /**
     * Computes the gradients of a batch as {@link #step} does, and drops them: what it may do to the process is done, and the
     * student is as before.
     *
     * @throws TrainerException when the batch does not fit the student
     */
    public void rehearse(TrainingBatch batch) {
        requireTeacher(batch);
        ActiveTerms terms = loss.at(optimizer.step() + 1);
        try (NDManager scope = student.newScope()) {
            accumulate(scope, new NDList(), parts(batch, divided(batch), terms), terms);
        }
    }

    @Override
    public void close() {
        replicas.forEach(Replica::close);
        device.close();
    }

    /** An example has its teacher's side in one of its sequences; one without labels and teacher teaches nothing. */
    private void requireTeacher(TrainingBatch batch) {
        for (int i = 0; i < batch.sequences().size(); i++) {
            TrainingSequence sequence = batch.sequences().get(i);
            if (needs.stream().anyMatch(need -> need != TargetNeed.TRANSPORT)
                    && loss.labels() == LossConfig.Labels.RESPONSE
                    && sequence.teacher().isNone()) {
                throw new TrainerException("sequence " + i + " has no teacher columns; expected what "
                        + String.join(", ", loss.terms()) + " read");
            }
            if (!sequence.labelled() && sequence.teacher().isNone()) {
                throw new TrainerException("sequence " + i + " has neither labels nor a teacher to learn from");
            }
        }
    }

    private List<List<Integer>> divided(TrainingBatch batch) {
        return microBatches.divide(
                batch.tokens(), i -> kind(batch.sequences().get(i).teacher()));
    }

    /** Sequences of a micro-batch have equally many of the teacher's columns; those without a teacher come last. */
    private static int kind(TeacherSignal teacher) {
        return teacher.isNone() ? Integer.MAX_VALUE : teacher.columns();
    }

    /**
     * Puts the gradients of all micro-batches into an empty list. They are dealt out in turn, and added up in their order whatever
     * device computed them.
     */
    private TermSums accumulate(NDManager scope, NDList gradients, List<MicroBatch> parts, ActiveTerms terms) {
        TermSums sums = new TermSums(terms);
        int devices = 1 + replicas.size();
        for (int begin = 0; begin < parts.size(); begin += devices) {
            List<Replica.Pending> others = new ArrayList<>();
            try {
                for (int i = 1; i < Math.min(devices, parts.size() - begin); i++) {
                    others.add(replicas.get(i - 1).begin(parts.get(begin + i)));
                }
                MicroBatch own = parts.get(begin);
                sums.add(device.accumulate(scope, gradients, own), own.terms());
                for (Replica.Pending other : others) {
                    sums.add(
                            device.add(gradients, other.await(), other.part()),
                            other.part().terms());
                }
            } finally {
                others.forEach(Replica.Pending::close);
            }
        }
        return sums;
    }

    /** Those of which there is something to learn. */
    private List<MicroBatch> parts(TrainingBatch batch, List<List<Integer>> divided, ActiveTerms terms) {
        List<MicroBatch> parts = new ArrayList<>();
        for (int part = 0; part < divided.size(); part++) {
            List<TrainingSequence> sequences =
                    divided.get(part).stream().map(batch.sequences()::get).toList();
            boolean withTeacher =
                    !needs.isEmpty() && !sequences.get(0).teacher().isNone();
            ActiveTerms applicable = withTeacher ? terms : terms.ofLabels();
            if (!applicable.isEmpty()) {
                parts.add(new MicroBatch(
                        part,
                        sequences,
                        applicable,
                        withTeacher ? needs : Set.of(),
                        optimizer.step() + 1,
                        batch.examples()));
            }
        }
        return parts;
    }
}
