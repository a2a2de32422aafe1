package io.stillstream.scorer;

import io.stillstream.contract.Prompt;
import io.stillstream.contract.TeacherIdentity;
import java.util.List;

/** A language model that scores responses, and writes those that are missing. Safe for use by several threads. */
public interface Teacher extends AutoCloseable {

    TeacherIdentity identity();

    /** What the targets of a request name: without the chat template, unless that rendered the prompt. */
    default TeacherIdentity identity(ScoringRequest request) {
        return request.templated() ? identity() : identity().withoutTemplate();
    }

    /** The most positions, prompt and response together, that it can attend to. */
    int contextWindow();

    /** V: the columns of its logits. */
    int vocabularySize();

    /** Words a prompt as this teacher reads it, in plain lines unless it has a chat template, and admits it. */
    default Admission admit(Prompt prompt) {
        return admit(new ScoringRequest(prompt.id(), PromptText.of(prompt), prompt.response()));
    }

    /** Tokenises a request, once, and says whether it can be scored. */
    Admission admit(ScoringRequest request);

    /**
     * Scores a batch, writing the responses that are missing.
     *
     * @return one outcome for each of the batch, in its order
     * @throws ScorerException when the model cannot run: no fault of a single request
     */
    List<Scoring> score(List<Admission.Admitted> batch);

    @Override
    void close();
}
