package io.stillstream.serving.http;

import io.stillstream.http.TlsConfig;
import io.stillstream.serving.engine.EngineConfig;
import io.stillstream.serving.onpolicy.AnswerPromptsConfig;
import io.stillstream.serving.weights.Follow;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Configurations of servers that tests start: on a free port, and otherwise as usual. */
public final class TestingServing {

    private static final ServingConfig USUAL = ServingConfig.defaults();

    private TestingServing() {}

    /** @param student the one that is served; null where it follows */
    public static ServingConfig config(@Nullable Path student, Follow follow, Duration followEvery) {
        return config("", TlsConfig.none(), student, follow, followEvery, USUAL.engine(), USUAL.answerPrompts());
    }

    /** The same, and what it answers of the stream. */
    public static ServingConfig config(
            @Nullable Path student, Follow follow, Duration followEvery, AnswerPromptsConfig answerPrompts) {
        return config("", TlsConfig.none(), student, follow, followEvery, USUAL.engine(), answerPrompts);
    }

    /** Of one student, decoded by this engine. */
    static ServingConfig config(Path student, EngineConfig engine) {
        return config(
                "", TlsConfig.none(), student, Follow.CANDIDATE, USUAL.followEvery(), engine, USUAL.answerPrompts());
    }

    /** Of one student, for those who show the token. */
    static ServingConfig config(Path student, String token, TlsConfig tls) {
        return config(
                token, tls, student, Follow.CANDIDATE, USUAL.followEvery(), USUAL.engine(), USUAL.answerPrompts());
    }

    private static ServingConfig config(
            String token,
            TlsConfig tls,
            @Nullable Path student,
            Follow follow,
            Duration followEvery,
            EngineConfig engine,
            AnswerPromptsConfig answerPrompts) {
        return new ServingConfig(
                USUAL.host(),
                0,
                token,
                tls,
                student,
                follow,
                followEvery,
                USUAL.preloadCandidate(),
                USUAL.modelName(),
                USUAL.maxChoices(),
                USUAL.maxBodyBytes(),
                USUAL.bodyBudgetBytes(),
                USUAL.maxConnections(),
                USUAL.streamBufferBytes(),
                USUAL.idleTimeout(),
                USUAL.drainTimeout(),
                engine,
                answerPrompts);
    }
}
