package io.stillstream.scorer;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.Vocabulary;
import java.time.Instant;
import java.util.List;

/** A language model that scores responses, and generates those that are missing. Safe for use by several threads. */
public interface Teacher extends AutoCloseable {

    TeacherIdentity identity();

    /** The identity that goes with the targets of a request: without the chat template, unless that rendered the prompt. */
    default TeacherIdentity identity(ScoringRequest request) {
        return request.templated() ? identity() : identity().withoutTemplate();
    }

    /** The record of one scored response. */
    default TeacherTargets targets(Prompt prompt, ScoringRequest request, ScoredResponse response, Instant scoredAt) {
        return TeacherTargets.of(prompt, request.prompt(), response, identity(request), vocabulary(), scoredAt);
    }

    /** The most tokens, prompt and response together, that it can attend to. */
    int contextWindow();

    /** What the ids of tokens and columns are of. */
    Vocabulary vocabulary();

    /** Renders a prompt as this teacher reads it, a chat as plain lines unless it has a chat template, and admits it. */
    default Admission admit(Prompt prompt) {
        return admit(ScoringRequest.of(prompt, PromptText.of(prompt), false));
    }

    /** Tokenizes a request, once, and says whether it can be scored. */
    Admission admit(ScoringRequest request);

    /**
     * Scores a batch, and generates the responses that are missing.
     *
     * @return one outcome for each of the batch, in its order
     * @throws ScorerException when the model cannot run: the fault of no single request
     */
    List<Scoring> score(List<Admission.Admitted> batch);

    @Override
    void close();
}
