package io.stillstream.bench.memory;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.configuration.ProcessMemory;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.PlainLlama;
import io.stillstream.huggingface.safetensors.WeightFiles;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.StudentEvaluator;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Student;
import io.stillstream.student.model.StudentCopy;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.step.OptimizerConfig;
import io.stillstream.trainer.step.OptimizerCopy;
import io.stillstream.trainer.step.StepConfig;
import io.stillstream.trainer.step.StudentOptimizer;
import io.stillstream.trainer.step.TrainingBatch;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TrainingStep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Measures the memory of training one student, in a process of its own. Its heap is small, of one size and touched at the start,
 * so that garbage is in no figure.
 */
public final class TrainingMemory {

    /** What a child prints before its figure. */
    private static final String MARK = "figure ";

    private static final OptimizerConfig ANY_RATE = OptimizerConfig.of(1e-4, 1);
    private static final PlainLlama TINY =
            new PlainLlama(64, 16, 32, 1, 2, 1, 8, 16, 1e-5f, 10_000, true, null, List.of());
    private static final String HEAP = "256m";
    /** Above so many bytes each tensor has pages of its own, which go back when it is freed; see mallopt(3). */
    private static final String SMALLEST_MAPPED = "65536";

    private static final List<String> GIVING_BACK = List.of("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_");

    private static final int STEPS = 2;
    private static final int MICRO_BATCHES = 2;

    private TrainingMemory() {}

    /**
     * Writes a decoder of random weights to train.
     *
     * @param config the text of its config.json
     */
    public static void write(Path directory, String config) throws IOException {
        RandomStudent.write(directory, config);
    }

    /**
     * Measures in a new process. The C library gives back what is freed there: else it would be in the figures too.
     *
     * @param arguments of the command that calls {@link #child} there
     */
    public static TrainingFigure measure(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + HEAP,
                "-Xmx" + HEAP,
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            GIVING_BACK.forEach(name -> builder.environment().put(name, SMALLEST_MAPPED));
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exitCode = process.waitFor();
            String figure = output.lines()
                    .filter(line -> line.startsWith(MARK))
                    .findFirst()
                    .orElseThrow(() -> new PipelineException(
                            "the process that trains printed no figure and ended with exit code " + exitCode));
            return new ObjectMapper().readValue(figure.substring(MARK.length()), TrainingFigure.class);
        } catch (IOException e) {
            throw new PipelineException("the process that trains failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PipelineException("interrupted while a student was trained", e);
        }
    }

    /**
     * Measures in this process, and prints the figure for the parent.
     *
     * @param length of every sequence, in tokens
     * @param copies whether a checkpoint's copies are made too
     * @param lora the adapters that are trained, if any
     */
    public static void child(Path directory, StepConfig config, int length, boolean copies, LoraConfig lora)
            throws IOException {
        warmUp(config);
        ProcessMemory memory = ProcessMemory.ofThisProcess();
        memory.resetPeak();
        long before = memory.resident();
        try (Student student = Student.load(directory, directory, lora, null, List.of())) {
            long loading = memory.peak() - before;
            long loaded = memory.resident() - before;
            memory.resetPeak();
            try (StudentOptimizer optimizer = StudentOptimizer.fresh(student, ANY_RATE);
                    TrainingStep step = new TrainingStep(student, optimizer, LossConfig.crossEntropyAlone(), config);
                    StudentCopy studentCopy = student.newCopy();
                    OptimizerCopy optimizerCopy = optimizer.newCopy()) {
                List<TokenSequence> texts = texts(student, config, length);
                TrainingBatch batch = batch(texts);
                for (int i = 0; i < STEPS; i++) {
                    step.step(batch);
                }
                long steps = memory.peak() - before;
                if (copies) {
                    studentCopy.take();
                    optimizerCopy.take();
                }
                step.step(batch);
                long checkpoint = memory.peak() - before;
                memory.resetPeak();
                try (StudentEvaluator evaluator = new StudentEvaluator(student, config.microBatchTokens())) {
                    evaluator.evaluate(texts);
                }
                TrainingFigure figure = new TrainingFigure(loading, loaded, steps, checkpoint, memory.peak() - before);
                System.out.println(MARK + new ObjectMapper().writeValueAsString(figure));
            }
        }
    }

    /** libtorch's code is read from its file page by page, as it runs first. */
    private static void warmUp(StepConfig config) throws IOException {
        Path directory = Files.createTempDirectory("stillstream-memory-bench-");
        try {
            RandomStudent.write(directory, TINY.toJson().toString());
            try (Student student = Student.load(directory);
                    StudentOptimizer optimizer = StudentOptimizer.fresh(student, ANY_RATE);
                    TrainingStep step = new TrainingStep(student, optimizer, LossConfig.crossEntropyAlone(), config);
                    StudentEvaluator evaluator = new StudentEvaluator(student, config.microBatchTokens())) {
                List<TokenSequence> texts = texts(student, config, TINY.contextWindow());
                step.step(batch(texts));
                evaluator.evaluate(texts);
            }
        } finally {
            WeightFiles.remove(directory);
            Files.deleteIfExists(directory.resolve(DecoderConfig.FILE_NAME));
            Files.delete(directory);
        }
    }

    private static TrainingBatch batch(List<TokenSequence> texts) {
        return new TrainingBatch(texts.stream()
                .map(text -> TrainingSequence.withoutTeacher(ids(text), 1, text.labels()))
                .toList());
    }

    private static List<TokenSequence> texts(Student student, StepConfig config, int length) {
        SplittableRandom random = new SplittableRandom(1);
        int vocabulary = student.config().vocabularySize();
        List<TokenSequence> texts = new ArrayList<>();
        for (int i = 0; i < MICRO_BATCHES * Math.max(1, config.microBatchTokens() / length); i++) {
            // The last token is predicted and not read.
            texts.add(new TokenSequence(random.ints(length + 1, 0, vocabulary).toArray(), 1, length));
        }
        return texts;
    }

    private static int[] ids(TokenSequence text) {
        int[] ids = new int[text.length()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = text.id(i);
        }
        return ids;
    }
}
