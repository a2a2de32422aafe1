package io.stillstream.bench.serving;

import io.stillstream.bench.measure.Interleaved;
import io.stillstream.bench.trainer.StudentSize;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.command.TemporaryDirectory;
import io.stillstream.serving.engine.DecodeEngine;
import io.stillstream.serving.engine.DecodeListener;
import io.stillstream.serving.engine.DecodeRequest;
import io.stillstream.serving.engine.EngineConfig;
import io.stillstream.serving.engine.QueueFullException;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.model.Student;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * Times the engine of serving with one stream and with several: as many requests as slots, sent at once, each with a random prompt
 * and an answer of a fixed length. Engines take turns.
 */
public final class ServingBench {

    private static final Duration LEAST_TIME = Duration.ofSeconds(2);
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private final int promptTokens;
    private final int answerTokens;
    private final Sampling sampling;
    private final int rounds;

    /** @param sampling of every request; its seed is the same for all */
    public ServingBench(int promptTokens, int answerTokens, Sampling sampling, int rounds) {
        this.promptTokens = promptTokens;
        this.answerTokens = answerTokens;
        this.sampling = sampling;
        this.rounds = rounds;
    }

    /**
     * @param streams numbers of slots
     * @return in their order
     */
    public List<ServingFigures> time(StudentSize size, List<Integer> streams) throws IOException {
        try (TemporaryDirectory directory = TemporaryDirectory.create("serving-bench")) {
            size.write(directory.path());
            List<Student> students = new ArrayList<>();
            List<DecodeEngine> engines = new ArrayList<>();
            try {
                for (int slots : streams) {
                    // An engine's student is used by its thread alone.
                    Student student = Student.load(directory.path());
                    students.add(student);
                    engines.add(new DecodeEngine(
                            student,
                            new EngineConfig(
                                    slots,
                                    0,
                                    EngineConfig.defaults().queueTimeout(),
                                    promptTokens + answerTokens,
                                    promptTokens)));
                }
                List<Runnable> things = new ArrayList<>();
                for (int i = 0; i < engines.size(); i++) {
                    DecodeEngine engine = engines.get(i);
                    int count = streams.get(i);
                    things.add(() -> decode(engine, count, size.vocabulary()));
                }
                double[] seconds =
                        new Interleaved(rounds, LEAST_TIME, WARM_UP).seconds(things.toArray(new Runnable[0]));
                List<ServingFigures> figures = new ArrayList<>();
                for (int i = 0; i < seconds.length; i++) {
                    double rate = streams.get(i) * answerTokens / seconds[i];
                    double first = streams.get(0) * answerTokens / seconds[0];
                    figures.add(new ServingFigures(size.label(), streams.get(i), rate, rate / first));
                }
                return figures;
            } finally {
                engines.forEach(DecodeEngine::close);
                students.forEach(Student::close);
            }
        }
    }

    private void decode(DecodeEngine engine, int count, int vocabulary) {
        SplittableRandom random = new SplittableRandom(0);
        List<CompletableFuture<FinishReason>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] prompt = random.ints(promptTokens, 0, vocabulary).toArray();
            CompletableFuture<FinishReason> answer = new CompletableFuture<>();
            answers.add(answer);
            try {
                engine.submit(
                        new DecodeRequest(prompt, answerTokens, new int[0], sampling, DecodeRequest.NO_LOGPROBS),
                        new Ending(answer));
            } catch (QueueFullException e) {
                throw new PipelineException("an engine of as many slots as streams refused one", e);
            }
        }
        answers.forEach(CompletableFuture::join);
    }

    private record Ending(CompletableFuture<FinishReason> answer) implements DecodeListener {

        @Override
        public void token(TokenChoice choice) {}

        @Override
        public void finished(FinishReason reason) {
            answer.complete(reason);
        }

        @Override
        public void failed(StudentException e) {
            answer.completeExceptionally(e);
        }
    }
}
