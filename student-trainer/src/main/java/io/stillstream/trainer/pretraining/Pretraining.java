package io.stillstream.trainer.pretraining;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.step.LearningRateSchedule;
import io.stillstream.trainer.step.OptimizerConfig;
import io.stillstream.trainer.step.StepReport;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TrainingStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Ordinary language-model training, cross-entropy on every token of every text. The order is a function of the seed, so
 * that the same texts and settings give the same weights.
 */
public final class Pretraining {

    private final PretrainingConfig config;
    private final Consumer<StepReport> progress;

    /** @param progress called after every step */
    public Pretraining(PretrainingConfig config, Consumer<StepReport> progress) {
        this.config = config;
        this.progress = progress;
    }

    /**
     * Trains a student on the texts and writes it to another directory.
     *
     * @return how many steps it took
     * @throws TrainerException when no text has two tokens, or the student cannot be loaded
     */
    public long run(Path studentDirectory, List<PretrainingText> texts, Path outputDirectory) {
        try (Student student = Student.load(studentDirectory);
                TextTokenizer tokenizer = TextTokenizer.ofDecoder(studentDirectory)) {
            List<List<TrainingSequence>> batches = batches(sequences(student, tokenizer, texts));
            long steps = (long) batches.size() * config.epochs();
            OptimizerConfig peak = OptimizerConfig.of(config.learningRate(), config.warmupSteps());
            OptimizerConfig settings = new OptimizerConfig(
                    peak.learningRate(),
                    peak.warmupSteps(),
                    peak.beta1(),
                    peak.beta2(),
                    peak.epsilon(),
                    peak.weightDecay(),
                    peak.maximumGradientNorm(),
                    new LearningRateSchedule.Cosine(
                            Math.max(1, steps - config.warmupSteps()), PretrainingConfig.FINAL_LEARNING_RATE));
            Random random = new Random(config.seed());
            try (StudentOptimizer optimizer = StudentOptimizer.fresh(student, settings);
                    TrainingStep step = new TrainingStep(
                            student, optimizer, LossConfig.crossEntropyAlone(), config.microBatchTokens())) {
                for (int epoch = 0; epoch < config.epochs(); epoch++) {
                    Collections.shuffle(batches, random);
                    batches.forEach(batch -> progress.accept(step.step(new TrainingBatch(batch))));
                }
                student.save(outputDirectory);
                return optimizer.step();
            }
        }
    }

    private List<TrainingSequence> sequences(Student student, TextTokenizer tokenizer, List<PretrainingText> texts) {
        if (student.config().encodesPrompts()) {
            throw new TrainerException("pretraining is of decoders, which read and write one text; model_type is "
                    + student.config().modelType() + ", an encoder with a decoder");
        }
        int window = student.config().contextWindow();
        List<Integer> ends = student.config().eosTokenIds();
        List<TrainingSequence> sequences = new ArrayList<>();
        for (PretrainingText text : texts) {
            if (text.text().isBlank()) {
                continue;
            }
            int[] ids = tokenizer.encodePrompt(text.text());
            if (text.whole() && !ends.isEmpty() && ids.length < window) {
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = ends.get(0);
            }
            int length = Math.min(ids.length, window);
            if (length > 1) {
                sequences.add(TrainingSequence.withoutTeacher(Arrays.copyOf(ids, length), 1, length - 1));
            }
        }
        if (sequences.isEmpty()) {
            throw new TrainerException(
                    "there is nothing to train on: none of " + texts.size() + " texts has at least two tokens");
        }
        return sequences;
    }

    /** Shuffled once, then divided: later epochs see the same batches in another order. */
    private List<List<TrainingSequence>> batches(List<TrainingSequence> sequences) {
        Collections.shuffle(sequences, new Random(config.seed()));
        List<List<TrainingSequence>> batches = new ArrayList<>();
        List<TrainingSequence> batch = new ArrayList<>();
        int tokens = 0;
        for (TrainingSequence sequence : sequences) {
            if (!batch.isEmpty() && tokens + sequence.labels() > config.batchTokens()) {
                batches.add(List.copyOf(batch));
                batch.clear();
                tokens = 0;
            }
            batch.add(sequence);
            tokens += sequence.labels();
        }
        batches.add(List.copyOf(batch));
        return batches;
    }
}
