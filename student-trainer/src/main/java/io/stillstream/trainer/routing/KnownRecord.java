package io.stillstream.trainer.routing;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.step.TrainingSequence;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/** A record that was good: what fails with another one, and not with this, is that record's fault and not the process's. */
final class KnownRecord {

    private static final TeacherTargets PROBE = probe();

    private final Function<TeacherTargets, Outcome<TokenizedTarget>> tokenizer;
    private final ExampleBuilder examples;
    private TeacherTargets known = PROBE;

    KnownRecord(Function<TeacherTargets, Outcome<TokenizedTarget>> tokenizer, ExampleBuilder examples) {
        this.tokenizer = tokenizer;
        this.examples = examples;
    }

    /** This one became an example. */
    void isNow(TeacherTargets targets) {
        known = targets;
    }

    /**
     * Makes it an example again, or a plain text tokens before there was one.
     *
     * @throws RuntimeException when that fails
     */
    void prepare() {
        if (tokenizer.apply(known) instanceof Outcome.Accepted<TokenizedTarget> accepted && !isProbe()) {
            List<TrainingSequence> unused = examples.make(accepted.value());
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isProbe() {
        return known == PROBE;
    }

    private static TeacherTargets probe() {
        float[] one = {0f};
        String response = " you";
        return new TeacherTargets(
                "probe",
                "probe",
                "",
                new PlainText("Hello"),
                "Hello",
                Message.assistant(response),
                response,
                null,
                new TeacherIdentity("probe", "", "", ""),
                new Vocabulary("", 1, List.of()),
                new TeacherTokens(new int[] {0}, new int[] {response.length()}, false, one, one, one),
                new RankedColumns(
                        Selection.TOKEN, Ranking.PROBABILITY, 1f, new int[] {0}, List.of(), new float[] {-1f}, 1),
                FinishReason.LENGTH,
                Split.TRAIN,
                Author.TEACHER,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
