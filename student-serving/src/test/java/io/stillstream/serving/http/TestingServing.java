package io.stillstream.serving.http;

import io.stillstream.http.TlsConfig;
import io.stillstream.serving.onpolicy.AnswerPromptsConfig;
import io.stillstream.serving.weights.Follow;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Configurations of servers that tests start: on a free port, and otherwise as usual. */
public final class TestingServing {

    private TestingServing() {}

    /** @param student the one that is served; null where it follows */
    public static ServingConfig config(@Nullable Path student, Follow follow, Duration followEvery) {
        return config(student, follow, followEvery, ServingConfig.defaults().answerPrompts());
    }

    /** The same, and what it answers of the stream. */
    public static ServingConfig config(
            @Nullable Path student, Follow follow, Duration followEvery, AnswerPromptsConfig answerPrompts) {
        ServingConfig usual = ServingConfig.defaults();
        return new ServingConfig(
                usual.host(),
                0,
                "",
                TlsConfig.none(),
                student,
                follow,
                followEvery,
                usual.modelName(),
                usual.maxChoices(),
                usual.maxBodyBytes(),
                usual.maxConnections(),
                usual.streamBufferBytes(),
                usual.idleTimeout(),
                usual.drainTimeout(),
                usual.engine(),
                answerPrompts);
    }
}
