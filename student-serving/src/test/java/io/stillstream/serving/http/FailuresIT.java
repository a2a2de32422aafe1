package io.stillstream.serving.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.serving.engine.DecodeListener;
import io.stillstream.serving.engine.DecodeRequest;
import io.stillstream.serving.engine.EngineConfig;
import io.stillstream.serving.engine.OverflowingStudent;
import io.stillstream.serving.engine.TokenChoice;
import io.stillstream.serving.weights.Follow;
import io.stillstream.serving.weights.ServedSnapshot;
import io.stillstream.student.StudentException;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers are told when the student cannot answer them. */
final class FailuresIT {

    private static final String TEXT = "/v1/completions";
    private static final String FAILURE = "x-stillstream-failure";
    private static final String SHORT = "{'model': 'student', 'prompt': [3, 4], 'max_tokens': 2}";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private Telemetry telemetry;
    private ServingStage stage;
    private TestingCaller caller;

    @AfterEach
    void close() {
        if (stage != null) {
            stage.close();
            telemetry.close();
        }
    }

    private void serve(Path student, EngineConfig engine) {
        serve(TestingServing.config(student, engine));
    }

    private void serve(ServingConfig config) {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SERVING);
        stage = ServingStage.start(config, directory, Topics.defaults(), Map.of(), telemetry);
        caller = new TestingCaller(stage.address());
    }

    /** So that whoever passes calls on can still ask another server. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void request_thatWaitsTooLongForASlot_is429_withTheStatus(boolean streamed) throws Exception {
        serve(
                TestingSnapshots.student(directory.resolve("stories")),
                new EngineConfig(1, 4, Duration.ofMillis(1), 2048, 256));
        try (Stream<String> busy =
                caller.begin(TEXT, "{'model': 'student', 'prompt': 'One day', 'max_tokens': 450, 'stream': true}")) {
            assertThat(busy.findFirst()).isPresent();
            HttpResponse<String> refused = caller.post(
                    TEXT, "{'model': 'student', 'prompt': 'One', 'max_tokens': 2, 'stream': " + streamed + "}");

            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("retry-after")).contains("1");
            assertThat(refused.body())
                    .contains("\"code\":\"queue_full\"")
                    .contains("no slot was free within 1ms (serving.engine.queue-timeout)");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void logits_notFiniteAtFirst_are500_withACodeForTheProxy(boolean streamed) throws Exception {
        int bad = 9;
        serve(overflowing(bad), EngineConfig.defaults());

        HttpResponse<String> failed = caller.post(
                TEXT,
                "{'model': 'student', 'prompt': [3, 4, " + bad + "], 'max_tokens': 5, 'stream': " + streamed + "}");

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.headers().firstValue(FAILURE)).contains("not-finite");
        assertThat(failed.body())
                .contains("\"code\":\"not_finite\"")
                .contains("the student's logits are NaN or infinite at token 1 of its answer");
    }

    /** The status is sent: an event says what is wrong, and the answer has no end. */
    @Test
    void logits_notFiniteLater_areAnEvent_andTheAnswerBreaksOff() throws Exception {
        int[] prompt = {3, 4, 5};
        Path plain = overflowing(0);
        int bad;
        try (Student student = Student.load(plain);
                StudentGenerator generator = new StudentGenerator(student)) {
            int[] greedy = generator.greedy(prompt, 40, new int[] {0});
            bad = Arrays.stream(greedy)
                    .skip(1)
                    .filter(id -> id != greedy[0] && Arrays.stream(prompt).noneMatch(one -> one == id))
                    .findFirst()
                    .orElseThrow();
        }
        serve(overflowing(bad), EngineConfig.defaults());

        try (Stream<String> lines = caller.begin(
                TEXT,
                "{'model': 'student', 'prompt': " + Arrays.toString(prompt)
                        + ", 'max_tokens': 40, 'temperature': 0, 'stream': true}")) {
            Iterator<String> events = lines.filter(line -> !line.isEmpty()).iterator();
            assertThat(events.next()).contains("\"text\"");
            List<String> seen = new ArrayList<>();
            assertThatThrownBy(() -> events.forEachRemaining(seen::add)).hasRootCauseInstanceOf(IOException.class);
            assertThat(seen.get(seen.size() - 1)).contains("\"code\":\"not_finite\"");
        }
    }

    @Test
    void engine_thatFails_isLoadedAgainOnce_andThenOnlyARestartHelps() throws Exception {
        serve(overflowing(63), EngineConfig.defaults());
        ServedSnapshot first = breakEngine();
        patiently("the snapshot is loaded again")
                .until(() -> stage.weights()
                        .current()
                        .filter(snapshot -> snapshot != first)
                        .isPresent());

        assertThat(stage.readiness().passed()).isTrue();
        assertThat(stage.liveness().passed()).isTrue();
        assertThat(caller.post(TEXT, SHORT).statusCode()).isEqualTo(200);

        breakEngine();
        patiently("nothing is loaded any more").until(() -> !stage.liveness().passed());

        assertThat(stage.liveness().detail()).contains(first.id()).contains("has failed again");
        assertThat(stage.readiness().passed()).isFalse();
        assertThat(stage.weights().current()).isEmpty();
        assertThat(caller.post(TEXT, SHORT).body()).contains("\"code\":\"no_snapshot\"");
    }

    @Test
    void engine_thatHasFailed_isNotReady_beforeAnythingIsLoaded() throws Exception {
        serve(TestingServing.config(overflowing(63), Follow.CANDIDATE, Duration.ofHours(1)));
        assertThat(stage.readiness().passed()).isTrue();

        breakEngine();
        patiently("it is not ready").until(() -> !stage.readiness().passed());

        assertThat(stage.readiness().detail()).contains("has failed");
        assertThat(stage.liveness().passed()).isTrue();
        assertThat(caller.post(TEXT, SHORT).statusCode()).isEqualTo(503);
    }

    /** Its thread ends by an error that is not of one request alone. */
    private ServedSnapshot breakEngine() throws Exception {
        ServedSnapshot snapshot = stage.weights().current().orElseThrow();
        var request = new DecodeRequest(new int[] {3, 4}, 5, new int[] {}, Sampling.GREEDY, DecodeRequest.NO_LOGPROBS);
        var unused = snapshot.engine().submit(request, new DecodeListener() {
            @Override
            public void token(TokenChoice choice) {
                throw new AssertionError("on purpose");
            }

            @Override
            public void finished(FinishReason reason) {}

            @Override
            public void failed(StudentException e) {}
        });
        return snapshot;
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(20));
    }

    private Path overflowing(int row) throws IOException {
        Path model = OverflowingStudent.of(directory.resolve("row-" + row), row);
        OverflowingStudent.writeTokenizer(model);
        return model;
    }
}
