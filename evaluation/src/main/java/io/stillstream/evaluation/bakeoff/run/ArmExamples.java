package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.plan.StudentDirectory;
import io.stillstream.evaluation.bakeoff.writing.StudentWriting;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.TransportPlans;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.loss.LossConfig;
import java.nio.file.Path;
import java.util.List;

/** What an arm's settings make of the stream for one student: the one place that knows. */
public final class ArmExamples {

    private final String student;
    private final ExampleTokenizer preparer;
    private final TextTokenizer tokenizer;
    private final DecoderConfig config;
    private final StudentWording wording;

    private ArmExamples(
            String student,
            ExampleTokenizer preparer,
            TextTokenizer tokenizer,
            DecoderConfig config,
            StudentWording wording) {
        this.wording = wording;
        this.student = student;
        this.preparer = preparer;
        this.tokenizer = tokenizer;
        this.config = config;
    }

    /**
     * @param tokenizer the student's, as long as this is used
     * @param trainer of any of the arms: they all speak to the student alike
     */
    public static ArmExamples of(StudentDirectory student, TextTokenizer tokenizer, TrainerConfig trainer) {
        Path directory = student.directory();
        DecoderConfig config = DecoderConfig.read(directory);
        StudentWording wording = TemplateChoice.of(trainer).wording(directory, directory, tokenizer, config);
        return new ArmExamples(
                student.name(), new ExampleTokenizer(tokenizer, config, wording), tokenizer, config, wording);
    }

    /** How the student is spoken to. */
    public StudentWording wording() {
        return wording;
    }

    /** What makes the student's tokens of a record. */
    public ExampleTokenizer preparer() {
        return preparer;
    }

    /** The loss that an arm trains with. */
    static LossConfig loss(Arm arm) {
        return arm.trainer().loss();
    }

    /** How long the texts are, in the order of the stream; the same for every arm. */
    public List<TextLength> lengths(Arm arm) {
        return arm.stream().stream()
                .map(targets -> preparer.tokenize(targets) instanceof Outcome.Accepted<TokenizedTarget> accepted
                        ? new TextLength(
                                accepted.value().length(), accepted.value().labels().length)
                        : TextLength.NONE)
                .toList();
    }

    /**
     * Looks at what the arm's records hold; it takes no time, and training takes hours.
     *
     * @throws EvaluationException when they cannot feed its loss
     */
    public void requireRecordsThatFit(Arm arm) {
        try (TransportPlans plans = plans(arm)) {
            var check = new RecordCheck(loss(arm), tokenizer.sha256(), wording, plans);
            for (TeacherTargets targets : arm.stream()) {
                check.mismatch(targets).ifPresent(mismatch -> {
                    throw new EvaluationException(
                            "arm '" + arm.name() + "' cannot train the student '" + student + "': " + mismatch);
                });
            }
        }
    }

    /**
     * The texts of the stream as the arm trains on them.
     *
     * @throws EvaluationException when there is nothing to train on
     */
    public ExampleSource of(Arm arm) {
        List<Example> examples;
        try (TransportPlans plans = plans(arm)) {
            var maker = new ExampleBuilder(preparer, tokenizer, loss(arm), plans);
            examples = arm.stream().stream()
                    .map(targets -> example(maker, targets))
                    .toList();
        }
        if (examples.stream().allMatch(example -> example.sequences().isEmpty())) {
            throw new EvaluationException("arm '" + arm.name() + "' can train the student '" + student + "' on none of "
                    + examples.size() + " texts");
        }
        return ExampleSource.fixed(examples);
    }

    /**
     * The examples of one run in which the student writes some texts anew.
     *
     * @param stream what {@link #of} gives for the arm
     */
    public StudentTexts written(Arm arm, StudentWriting writing, ExampleSource stream, Schedule schedule, long seed) {
        return new StudentTexts(arm, writing, stream, schedule, seed, preparer, tokenizer, plans(arm));
    }

    private TransportPlans plans(Arm arm) {
        return TransportPlans.open(tokenizer, config, arm.trainer().teacherTokenizer());
    }

    private Example example(ExampleBuilder maker, TeacherTargets targets) {
        if (!(preparer.tokenize(targets) instanceof Outcome.Accepted<TokenizedTarget> accepted)) {
            return Example.NONE;
        }
        return new Example(maker.make(accepted.value()), targets.responseSource() == ResponseSource.PRODUCTION);
    }
}
