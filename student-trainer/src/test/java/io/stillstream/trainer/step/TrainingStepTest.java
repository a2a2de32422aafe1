package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.ModelOutput;
import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.huggingface.safetensors.SafetensorsWriter;
import io.stillstream.huggingface.safetensors.TensorData;
import io.stillstream.student.Golden;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.model.Precision;
import io.stillstream.student.model.Student;
import io.stillstream.student.torchscript.TorchDevices;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.loss.AlignedLikelihood;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt;
import io.stillstream.trainer.loss.Ramp;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStepTest {

    @TempDir
    private Path directory;

    private static final OptimizerConfig ADAMW =
            new OptimizerConfig(1e-2, 2, 0.9, 0.95, 1e-8, 0.1, 1.0, new LearningRateSchedule.Constant());

    @ParameterizedTest
    @ValueSource(ints = {1, 12, 1000})
    void step_crossEntropy_asTransformersAndTorchAdamW(int microBatchTokens) {
        try (SafetensorsReader golden = Golden.open("tiny-llama");
                Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training =
                        new TrainingStep(student, optimizer, LossConfig.crossEntropyAlone(), microBatchTokens)) {
            float[] losses = golden.floats("loss");
            float[] norms = golden.floats("norm");
            for (int i = 0; i < losses.length; i++) {
                StepReport report = training.step(batch(golden));
                assertThat(report.total()).isCloseTo(losses[i], within(1e-4));
                assertThat(report.terms()).containsOnlyKeys("cross_entropy");
                assertThat(report.gradientNorm()).isCloseTo(norms[i], within(1e-3));
                assertThat(report.step()).isEqualTo(i + 1);
                assertThat(report.learningRate()).isEqualTo(i == 0 ? 0.5e-2 : 1e-2);
                assertThat(report.tokens()).isEqualTo(14);
            }
            for (NDArray parameter : student.parameterArguments()) {
                String name = parameter.getName().substring("params.".length());
                assertThat(Golden.maximumDifference(parameter.toFloatArray(), golden.floats("after." + name)))
                        .as(name)
                        .isLessThan(1e-4);
            }
        }
    }

    @Test
    void step_multilevelot_reducesEveryTermWhereTeacherAndTextAgree() {
        int[] ids = {5, 40, 9, 9, 9, 9, 9, 9};
        float[] teacher = new float[6 * 8];
        for (int i = 0; i < teacher.length; i++) {
            teacher[i] = (float) Math.log(i % 8 == 0 ? 0.8 : 0.02);
        }
        try (Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training =
                        new TrainingStep(student, optimizer, LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), 24)) {
            TrainingBatch batch = new TrainingBatch(sequence(ids, 2, 6, teacher, 6));
            StepReport first = training.step(batch);
            StepReport last = first;
            for (int i = 0; i < 40; i++) {
                last = training.step(batch);
            }
            assertThat(last.total()).isLessThan(0.5 * first.total());
            for (String term :
                    LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER).terms()) {
                assertThat(last.terms().get(term))
                        .as(term)
                        .isLessThan(first.terms().get(term));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 24})
    void step_multilevelot_isTheMeanOfItsSequencesWhateverThePadding(int microBatchTokens) {
        TrainingBatch batch = batchWithTeacher(3);
        double[] alone = new double[2];
        for (TrainingSequence sequence : batch.sequences()) {
            StepReport report = firstStep(new TrainingBatch(sequence), 1000);
            alone[0] += report.total() / 3;
            alone[1] += report.terms().get("sinkhorn_distance") / 3;
        }
        StepReport together = firstStep(batch, microBatchTokens);
        assertThat(together.total()).isCloseTo(alone[0], within(1e-4));
        assertThat(together.terms().get("sinkhorn_distance")).isCloseTo(alone[1], within(1e-4));
        assertThat(together.gradientNorm()).isCloseTo(firstStep(batch, 1000).gradientNorm(), within(1e-4));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void restore_savedStudentAndOptimizer_goOnToTheSameBytes(Precision precision) throws IOException {
        StepConfig config =
                new StepConfig(24, StepConfig.DEFAULT_LOGIT_MEBIBYTES, precision, false, 2, TorchDevices.cpu());
        TrainingBatch[] batches = {batchWithTeacher(3), batchWithTeacher(4), batchWithTeacher(5), batchWithTeacher(6)};
        Path uninterrupted = directory.resolve("uninterrupted");
        Path resumed = directory.resolve("resumed");
        run(config, Golden.tinyLlama(), null, uninterrupted, batches);
        run(config, Golden.tinyLlama(), null, resumed.resolve("half"), batches[0], batches[1]);
        run(
                config,
                resumed.resolve("half"),
                resumed.resolve("half/optimizer.safetensors"),
                resumed,
                batches[2],
                batches[3]);
        for (String file : List.of("model.safetensors", "optimizer.safetensors")) {
            assertThat(resumed.resolve(file)).hasSameBinaryContentAs(uninterrupted.resolve(file));
        }
    }

    @Test
    void restore_anotherStudentsState_isRefused() throws IOException {
        Path file = directory.resolve("optimizer.safetensors");
        SafetensorsWriter.write(file, List.of(TensorData.ofFloats("first_moments.x", new float[] {1}, 1)), Map.of());
        try (Student student = Student.load(Golden.tinyLlama())) {
            assertThatThrownBy(() -> StudentOptimizer.restore(student, ADAMW, file))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("is it another student's?");
        }
    }

    @Test
    void step_gradientNotFinite_changesNothingAndSaysSo() {
        // A teacher's probability of 1e30 overflows what it is multiplied with.
        float[] teacher = new float[5 * 8];
        Arrays.fill(teacher, 200f);
        TrainingBatch poison = new TrainingBatch(sequence(new int[] {1, 4, 5, 6, 7, 8}, 1, 5, teacher, 5));
        try (Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(
                        student, optimizer, LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), 1000)) {
            float[][] before = Golden.logits(student, new int[] {1, 4, 5});
            StepReport report = training.step(poison);
            assertThat(report.applied()).isFalse();
            assertThat(report.step()).isZero();
            assertThat(Golden.logits(student, new int[] {1, 4, 5})).isDeepEqualTo(before);
            assertThat(training.step(batchWithTeacher(3)).applied()).isTrue();
            assertThat(optimizer.step()).isEqualTo(1);
        }
    }

    @Test
    void step_manyTimes_leavesNoArraysBehind() {
        try (Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training =
                        new TrainingStep(student, optimizer, LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), 24)) {
            training.step(batchWithTeacher(0));
            NDManager owner = student.parameterArguments().head().getManager();
            int before = owner.getManagedArrays().size();
            for (int i = 1; i < 20; i++) {
                training.step(batchWithTeacher(i));
            }
            assertThat(owner.getManagedArrays()).hasSize(before);
        }
    }

    @Test
    void evaluate_batch_isTheCrossEntropyOfEachSequence() {
        try (SafetensorsReader golden = Golden.open("tiny-llama");
                Student student = Student.load(Golden.tinyLlama());
                StudentEvaluator evaluator = new StudentEvaluator(student, 12)) {
            List<SequenceEvaluation> evaluations = evaluator.evaluate(Golden.batch(golden));
            double mean = 0;
            for (int i = 0; i < evaluations.size(); i++) {
                SequenceEvaluation evaluation = evaluations.get(i);
                assertThat(evaluation.tokens()).isEqualTo(Golden.LABELS.get(i));
                mean += evaluation.negativeLogLikelihood() / evaluation.tokens() / evaluations.size();
                float[][] logits = Golden.logits(student, Golden.ints(golden, "ids." + i));
                for (int t = 0; t < evaluation.tokens(); t++) {
                    float[] row = logits[Golden.PROMPT_LENGTHS.get(i) - 1 + t];
                    for (float logit : row) {
                        assertThat(logit).isLessThanOrEqualTo(row[evaluation.prediction(t)]);
                    }
                }
            }
            assertThat(mean).isCloseTo(golden.floats("loss")[0], within(1e-5));
        }
    }

    @Test
    void step_whatTheStudentCannotRead_isRefused() {
        try (Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training =
                        new TrainingStep(student, optimizer, LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), 24)) {
            assertThatThrownBy(() ->
                            training.step(new TrainingBatch(TrainingSequence.withoutTeacher(new int[] {1, 61}, 1, 1))))
                    .hasMessageContaining("sequence 0 has the token 61 at position 1; expected 0 to 60");
            assertThatThrownBy(() ->
                            training.step(new TrainingBatch(TrainingSequence.withoutTeacher(new int[100], 1, 99))))
                    .hasMessageContaining("context window of 64");
            assertThatThrownBy(() ->
                            training.step(new TrainingBatch(TrainingSequence.withoutTeacher(new int[] {1, 3}, 1, 1))))
                    .hasMessageContaining("sequence 0 has no teacher columns");
        }
    }

    @Test
    void step_nothingAligned_trainsOnTheLabelsAlone() {
        int[] none = {};
        TeacherSignal apart = new TeacherSignal(
                1,
                new float[] {-1, -2},
                new int[] {-1, 5},
                none,
                none,
                none,
                new int[] {-1, -1},
                new float[0],
                TransportTargets.none());
        TrainingSequence sequence = new TrainingSequence(new TokenSequence(new int[] {1, 4, 5}, 1, 2), true, apart);
        LossConfig loss =
                LossConfig.multiLevelOt(MultiLevelOt.Variant.STABLE).with(new AlignedLikelihood(1, 1, Ramp.NONE));
        try (Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, loss, 24)) {
            StepReport report = training.step(new TrainingBatch(sequence));
            assertThat(report.applied()).isTrue();
            assertThat(report.gradientShares()).containsEntry("cross_entropy", 1.0);
            assertThat(report.total()).isEqualTo(report.terms().get("cross_entropy"));
        }
    }

    /** Shares cost a pass over the logits, and must not change what is learned. */
    @Test
    void step_sharesOfSomeSteps_areReportedThereAndChangeNoWeight() throws IOException {
        TrainingBatch[] batches = {batchWithTeacher(3), batchWithTeacher(4), batchWithTeacher(5)};
        Map<Integer, List<Boolean>> reported = new LinkedHashMap<>();
        for (int every : List.of(0, 1, 2)) {
            StepConfig config = new StepConfig(24, 64, Precision.FP32, false, every, TorchDevices.cpu());
            try (Student student = Student.load(Golden.tinyLlama());
                    StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                    TrainingStep training = new TrainingStep(student, optimizer, LossConfig.defaults(), config)) {
                reported.put(
                        every,
                        Arrays.stream(batches)
                                .map(batch ->
                                        !training.step(batch).gradientShares().isEmpty())
                                .toList());
                student.save(directory.resolve("every-" + every));
            }
        }
        assertThat(reported)
                .containsEntry(0, List.of(false, false, false))
                .containsEntry(1, List.of(true, true, true))
                .containsEntry(2, List.of(true, false, true));
        for (int every : List.of(1, 2)) {
            assertThat(directory.resolve("every-" + every + "/model.safetensors"))
                    .hasSameBinaryContentAs(directory.resolve("every-0/model.safetensors"));
        }
    }

    @Test
    void step_labelsAndTeacherApart_areOneExample() {
        TrainingSequence both = batchWithTeacher(3).sequences().get(0);
        TrainingSequence labels = new TrainingSequence(both.tokens(), true, TeacherSignal.none());
        TrainingSequence teacher = new TrainingSequence(both.tokens(), false, both.teacher());
        LossConfig loss = LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER).with(LossConfig.Labels.REFERENCE);
        StepReport together = firstStep(loss, new TrainingBatch(both));
        StepReport apart = firstStep(loss, new TrainingBatch(List.of(labels, teacher), 1));
        assertThat(apart.sequences()).isEqualTo(1);
        assertThat(apart.total()).isCloseTo(together.total(), within(1e-5));
        assertThat(apart.gradientNorm()).isCloseTo(together.gradientNorm(), within(1e-5));
    }

    private static TrainingBatch batch(SafetensorsReader golden) {
        return new TrainingBatch(Golden.batch(golden).stream()
                .map(tokens -> new TrainingSequence(tokens, true, TeacherSignal.none()))
                .toList());
    }

    private static TrainingSequence sequence(
            int[] ids, int promptLength, int labels, float[] logProbabilities, int positions) {
        return new TrainingSequence(
                new TokenSequence(ids, promptLength, labels), true, TeacherSignal.columns(logProbabilities, positions));
    }

    private static StepReport firstStep(LossConfig loss, TrainingBatch batch) {
        try (Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(student, optimizer, loss, 1000)) {
            return training.step(batch);
        }
    }

    private static StepReport firstStep(TrainingBatch batch, int microBatchTokens) {
        try (Student student = Student.load(Golden.tinyLlama());
                StudentOptimizer optimizer = StudentOptimizer.fresh(student, ADAMW);
                TrainingStep training = new TrainingStep(
                        student, optimizer, LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), microBatchTokens)) {
            return training.step(batch);
        }
    }

    private static void run(StepConfig config, Path from, Path state, Path to, TrainingBatch... batches)
            throws IOException {
        try (Student student = Student.load(from);
                StudentOptimizer optimizer = state == null
                        ? StudentOptimizer.fresh(student, ADAMW)
                        : StudentOptimizer.restore(student, ADAMW, state);
                TrainingStep training = new TrainingStep(
                        student, optimizer, LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), config)) {
            for (TrainingBatch batch : batches) {
                training.step(batch);
            }
            student.save(to);
            try (WritableByteChannel file = ModelOutput.to(to).create("optimizer.safetensors")) {
                optimizer.save(file);
            }
        }
    }

    /** Three sequences of unequal lengths whose teacher is sure of itself and whose lengths differ from its. */
    private static TrainingBatch batchWithTeacher(long seed) {
        Random random = new Random(seed);
        List<TrainingSequence> sequences = new ArrayList<>();
        for (int[] lengths : new int[][] {{2, 7, 5}, {1, 3, 6}, {6, 4, 4}}) {
            int[] ids = random.ints(lengths[0] + lengths[1], 3, 61).toArray();
            float[] teacher = new float[lengths[2] * 8];
            for (int i = 0; i < teacher.length; i++) {
                teacher[i] = (float) Math.log((i % 8 == i / 8 % 8 ? 0.8 : 0.02) + 0.01 * random.nextDouble());
            }
            sequences.add(sequence(ids, lengths[0], lengths[1], teacher, lengths[2]));
        }
        return new TrainingBatch(sequences);
    }
}
