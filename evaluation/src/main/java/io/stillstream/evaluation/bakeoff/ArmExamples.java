package io.stillstream.evaluation.bakeoff;

import io.stillstream.contract.Outcome;
import io.stillstream.contract.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.loss.LossConfig;
import java.util.List;

/** What an arm's settings make of the stream: the one place that knows. */
final class ArmExamples {

    private final ExampleTokenizer preparer;
    private final TextTokenizer tokenizer;

    ArmExamples(ExampleTokenizer preparer, TextTokenizer tokenizer) {
        this.preparer = preparer;
        this.tokenizer = tokenizer;
    }

    /** The loss that an arm trains with. */
    static LossConfig loss(Arm arm) {
        return arm.trainer().loss();
    }

    /**
     * One for each text of the stream, in its order.
     *
     * @throws EvaluationException when the records cannot feed the loss, or there is nothing to train on
     */
    List<Example> of(Arm arm) {
        LossConfig loss = loss(arm);
        var check = new RecordCheck(loss, tokenizer.sha256());
        var maker = new ExampleBuilder(preparer, tokenizer, loss);
        List<Example> examples = arm.stream().stream()
                .map(targets -> example(arm, check, maker, targets))
                .toList();
        if (examples.stream().allMatch(example -> example.sequences().isEmpty())) {
            throw new EvaluationException(
                    "arm '" + arm.name() + "' can train on none of " + examples.size() + " texts");
        }
        return examples;
    }

    private Example example(Arm arm, RecordCheck check, ExampleBuilder maker, TeacherTargets targets) {
        check.mismatch(targets).ifPresent(mismatch -> {
            throw new EvaluationException("arm '" + arm.name() + "' cannot be trained: " + mismatch);
        });
        if (!(preparer.tokenize(targets) instanceof Outcome.Accepted<TokenizedTarget> accepted)) {
            return Example.NONE;
        }
        return new Example(maker.make(accepted.value()), accepted.value().length());
    }
}
