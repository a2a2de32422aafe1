package io.stillstream.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DecodeEngineIT {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final EngineConfig CONFIG = new EngineConfig(4, 3, LONG, 64, 3);
    private static final int[] PROMPT = {1, 7, 12, 5};
    private static final int[] NO_STOP = {};

    @TempDir
    private Path directory;

    private Student student;

    @BeforeEach
    void open() {
        student = Student.load(Golden.tinyLlama());
    }

    @AfterEach
    void close() {
        student.close();
    }

    @Test
    void submit_manyRequestsOfAllKinds_areEachAsAlone() throws Exception {
        Random random = new Random(17);
        List<DecodeRequest> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int[] prompt = random.ints(1 + random.nextInt(20), 3, 31).toArray();
            Sampling sampling = i % 3 == 0 ? Sampling.GREEDY : new Sampling(0.8f, i % 3 == 1 ? 1 : 0.7f, i);
            requests.add(new DecodeRequest(prompt, 1 + random.nextInt(30), ends(), sampling, i % 4 - 1));
        }
        List<int[]> alone = new ArrayList<>();
        try (StudentGenerator generator = new StudentGenerator(student)) {
            for (DecodeRequest request : requests) {
                alone.add(generator.stream(request.promptIds(), request.maxTokens(), request.sampling(), id -> {}));
            }
        }
        try (DecodeEngine engine = new DecodeEngine(student, new EngineConfig(4, 40, LONG, 64, 3))) {
            List<Recorded> answers = new ArrayList<>();
            for (DecodeRequest request : requests) {
                answers.add(new Recorded());
                engine.submit(request, answers.get(answers.size() - 1));
            }
            for (int i = 0; i < requests.size(); i++) {
                DecodeRequest request = requests.get(i);
                Recorded answer = answers.get(i);
                assertThat(answer.text()).as("request %s", i).isEqualTo(alone.get(i));
                assertThat(answer.reason())
                        .isEqualTo(alone.get(i).length < request.maxTokens() ? FinishReason.STOP : FinishReason.LENGTH);
                assertThat(answer.choices()).allSatisfy(choice -> {
                    assertThat(choice.topIds()).hasSize(Math.max(0, request.topLogprobs()));
                    assertThat(Float.isNaN(choice.logprob())).isEqualTo(request.topLogprobs() < 0);
                });
            }
            engine.drain();
            assertThat(engine.load()).isEqualTo(new EngineLoad(0, 0, 4));
            assertThatThrownBy(() -> engine.submit(requests.get(0), new Recorded()))
                    .isInstanceOf(EngineClosedException.class);
        }
    }

    @Test
    void submit_moreThanSlotsAndQueueTake_isRefusedUntilOneEnds() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (DecodeEngine engine = new DecodeEngine(student, CONFIG)) {
            Recorded held = new Recorded();
            engine.submit(request(40), holding(go, held));
            held.awaitFirst();
            List<Recorded> others = new ArrayList<>();
            for (int i = 1; i < CONFIG.slots() + CONFIG.queue(); i++) {
                others.add(new Recorded());
                engine.submit(request(5), others.get(others.size() - 1));
            }
            assertThatThrownBy(() -> engine.submit(request(5), new Recorded()))
                    .isInstanceOf(QueueFullException.class)
                    .hasMessage("all slots are busy and 3 requests wait, as many as may");
            go.countDown();
            for (Recorded other : others) {
                assertThat(other.text()).hasSize(5);
            }
            Recorded later = new Recorded();
            engine.submit(request(5), later);
            assertThat(later.text()).hasSize(5);
        }
    }

    @Test
    void submit_requestThatWaitsTooLong_isRefused_andWhatRunsGoesOn() throws Exception {
        Duration shortest = Duration.ofMillis(1);
        CountDownLatch go = new CountDownLatch(1);
        try (DecodeEngine engine = new DecodeEngine(student, new EngineConfig(1, 2, shortest, 64, 3))) {
            Recorded running = new Recorded();
            Recorded waiting = new Recorded();
            engine.submit(request(40), holding(go, running));
            running.awaitFirst();
            engine.submit(request(5), waiting);
            TimeUnit.NANOSECONDS.sleep(2 * shortest.toNanos());
            go.countDown();
            assertThat(waiting.failure())
                    .isInstanceOf(QueuedTooLongException.class)
                    .hasMessage("no slot was free within 1ms (serving.engine.queue-timeout)");
            assertThat(running.text()).isEqualTo(alone(40));
            engine.drain();
            assertThat(engine.load()).isEqualTo(new EngineLoad(0, 0, 1));
        }
    }

    @Test
    void cancel_runningAndWaiting_leaveTheirPlacesAndTheOthersAlone() throws Exception {
        EngineConfig one = new EngineConfig(1, 1, LONG, 64, 3);
        CountDownLatch go = new CountDownLatch(1);
        try (DecodeEngine engine = new DecodeEngine(student, one)) {
            Recorded running = new Recorded();
            Recorded waiting = new Recorded();
            DecodeHandle first = engine.submit(request(60), holding(go, running));
            running.awaitFirst();
            DecodeHandle second = engine.submit(request(5), waiting);
            assertThat(engine.load()).isEqualTo(new EngineLoad(1, 1, 1));
            second.cancel();
            assertThat(engine.load()).isEqualTo(new EngineLoad(1, 0, 1));
            Recorded next = new Recorded();
            engine.submit(request(5), next);
            first.cancel();
            go.countDown();
            assertThat(next.text()).isEqualTo(alone(5));
            // The step that ran while it was cancelled, and no further one.
            assertThat(running.choices()).hasSize(1);
            assertThat(running.isEnded()).isFalse();
            assertThat(waiting.choices()).isEmpty();
            first.cancel();
            engine.drain();
        }
    }

    @Test
    void cancel_oneOfSeveral_leavesTheOthersAsTheyAre() throws Exception {
        try (DecodeEngine engine = new DecodeEngine(student, CONFIG)) {
            List<Recorded> answers = new ArrayList<>();
            for (int i = 0; i < CONFIG.slots(); i++) {
                answers.add(new Recorded());
            }
            AtomicReference<DecodeHandle> first = new AtomicReference<>();
            first.set(engine.submit(request(60), answers.get(0)));
            for (int i = 1; i < CONFIG.slots() - 1; i++) {
                engine.submit(request(40), answers.get(i));
            }
            // The last row moves to the first while it is written.
            engine.submit(request(40), afterTokens(3, () -> first.get().cancel(), answers.get(3)));
            for (int i = 1; i < CONFIG.slots(); i++) {
                assertThat(answers.get(i).text()).as("request %s", i).isEqualTo(alone(40));
            }
            assertThat(answers.get(0).isEnded()).isFalse();
            assertThat(answers.get(0).choices()).hasSizeBetween(3, 59);
        }
    }

    @Test
    void submit_listenerThatThrows_endsAlone() throws Exception {
        try (DecodeEngine engine = new DecodeEngine(student, CONFIG)) {
            Recorded good = new Recorded();
            engine.submit(request(10), new DecodeListener() {
                @Override
                public void token(TokenChoice choice) {
                    throw new IllegalStateException("on purpose");
                }

                @Override
                public void finished(FinishReason reason) {}

                @Override
                public void failed(StudentException e) {}
            });
            engine.submit(request(10), good);
            assertThat(good.text()).isEqualTo(alone(10));
            engine.drain();
            assertThat(engine.load().running()).isZero();
        }
    }

    @Test
    void close_requestsThatHaveNotEnded_fail() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Recorded running = new Recorded();
        Recorded waiting = new Recorded();
        DecodeEngine engine = new DecodeEngine(student, new EngineConfig(1, 1, LONG, 64, 3));
        engine.submit(request(60), holding(go, running));
        running.awaitFirst();
        engine.submit(request(60), waiting);
        Thread closing = new Thread(engine::close);
        closing.start();
        go.countDown();
        closing.join();
        for (Recorded answer : List.of(running, waiting)) {
            assertThat(answer.failure()).hasMessage("the engine was closed before the answer was whole");
        }
        engine.close();
        assertThat(engine.hasFailed()).isFalse();
    }

    /** As on a device that is lost: neither the step nor what would clear away after it can be computed. */
    @Test
    void engine_whoseStudentCannotBeUsedAnyMore_fails_andTakesNoMoreRequests() throws Exception {
        Recorded running = new Recorded();
        Recorded waiting = new Recorded();
        CountDownLatch go = new CountDownLatch(1);
        Student lost = Student.load(Golden.tinyLlama());
        try (DecodeEngine engine = new DecodeEngine(lost, new EngineConfig(1, 1, LONG, 64, 3))) {
            engine.submit(request(60), holding(go, running));
            running.awaitFirst();
            engine.submit(request(60), waiting);
            assertThat(engine.hasFailed()).isFalse();
            lost.close();
            go.countDown();
            for (Recorded answer : List.of(running, waiting)) {
                assertThat(answer.failure()).hasMessage("the engine failed before the answer was whole");
            }
            assertThat(engine.hasFailed()).isTrue();
            assertThatThrownBy(() -> engine.submit(request(5), new Recorded()))
                    .isInstanceOf(EngineClosedException.class);
        }
    }

    @Test
    void submit_promptThatLeavesNoRoom_isRefused() throws Exception {
        try (DecodeEngine engine = new DecodeEngine(student, new EngineConfig(1, 1, LONG, 8, 3))) {
            assertThatThrownBy(() -> engine.submit(
                            new DecodeRequest(new int[8], 1, NO_STOP, Sampling.GREEDY, -1), new Recorded()))
                    .isInstanceOf(StudentException.class)
                    .hasMessage("a prompt of 8 tokens; expected at most 7, which leaves room for an answer");
            Recorded answer = new Recorded();
            engine.submit(request(100), answer);
            assertThat(answer.text()).isEqualTo(alone(4));
            assertThat(answer.reason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    /**
     * One token's embedding overflows in the norm. What it leaves in its slot must not reach the next request there, which is beside a
     * longer text, so that a step reads its row beyond its own end.
     */
    @Test
    void submit_logitsThatAreNotFinite_failThatRequestAlone() throws Exception {
        int bad = 9;
        int[] prompt = {3, 4, 5};
        int[] badInside = {3, 4, 5, 6, 7, 3, 4, 5, 6, 7, 3, 4, 5, bad, 4, 5};
        int[] badAtTheEnd = {3, 4, 5, 6, 7, 3, 4, 5, 6, 7, 3, 4, 5, 6, 4, bad};
        try (Student other = Student.load(OverflowingStudent.of(directory.resolve("model"), bad));
                StudentGenerator generator = new StudentGenerator(other);
                DecodeEngine engine = new DecodeEngine(other, new EngineConfig(2, 8, LONG, 64, 8))) {
            int[] expected = generator.greedy(prompt, 50, NO_STOP);
            Recorded longer = new Recorded();
            List<Recorded> good = List.of(new Recorded(), new Recorded());
            List<Recorded> failing = List.of(new Recorded(), new Recorded());
            engine.submit(
                    new DecodeRequest(prompt, 50, NO_STOP, Sampling.GREEDY, 2),
                    afterTokens(
                            20,
                            () -> {
                                submit(engine, badInside, 5, failing.get(0));
                                submit(engine, prompt, 5, good.get(0));
                                submit(engine, badAtTheEnd, 5, failing.get(1));
                                submit(engine, prompt, 5, good.get(1));
                            },
                            longer));
            assertThat(longer.text()).isEqualTo(expected);
            for (int i = 0; i < 2; i++) {
                assertThat(failing.get(i).failure())
                        .hasMessageStartingWith("the student's logits are NaN or infinite at token 1 of its answer");
                assertThat(good.get(i).text()).isEqualTo(Arrays.copyOf(expected, 5));
            }
        }
    }

    private static void submit(DecodeEngine engine, int[] prompt, int tokens, DecodeListener listener) {
        try {
            engine.submit(new DecodeRequest(prompt, tokens, NO_STOP, Sampling.GREEDY, 2), listener);
        } catch (QueueFullException e) {
            throw new AssertionError(e);
        }
    }

    private DecodeRequest request(int tokens) {
        return new DecodeRequest(PROMPT, tokens, NO_STOP, Sampling.GREEDY, DecodeRequest.NO_LOGPROBS);
    }

    private int[] ends() {
        return student.config().eosTokenIds().stream()
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** While an engine is idle, or before it is made. */
    private static int[] alone(int tokens) {
        try (Student own = Student.load(Golden.tinyLlama());
                StudentGenerator generator = new StudentGenerator(own)) {
            return generator.greedy(PROMPT, tokens, NO_STOP);
        }
    }

    /** Holds up the engine after the first token, to see it at work. */
    private static DecodeListener holding(CountDownLatch go, Recorded recorded) {
        return afterTokens(
                1,
                () -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                recorded);
    }

    private static DecodeListener afterTokens(int tokens, Runnable action, Recorded recorded) {
        return new DecodeListener() {
            @Override
            public void token(TokenChoice choice) {
                recorded.token(choice);
                if (recorded.choices().size() == tokens) {
                    action.run();
                }
            }

            @Override
            public void finished(FinishReason reason) {
                recorded.finished(reason);
            }

            @Override
            public void failed(StudentException e) {
                recorded.failed(e);
            }
        };
    }
}
