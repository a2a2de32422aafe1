package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loop.Samples;
import io.stillstream.trainer.loss.AlignedLikelihood;
import io.stillstream.trainer.loss.Kl;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.LossConfig.Labels;
import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import io.stillstream.trainer.loss.Ramp;
import io.stillstream.trainer.loss.Uld;
import io.stillstream.trainer.step.TrainingSequence;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The student's tokens are letters and {@code th}; the teacher's are letters, each of log-likelihood −1. */
class ExampleBuilderTest {

    private static final LossConfig ALIGNED =
            LossConfig.crossEntropyAlone().with(new AlignedLikelihood(1, 1, Ramp.NONE));

    @TempDir
    private Path directory;

    private TextTokenizer tokenizer;
    private StudentWording wording;
    private ExampleTokenizer preparer;

    @BeforeEach
    void open() {
        Path student = TinyStudent.at(directory);
        tokenizer = TextTokenizer.load(student);
        wording = StudentWording.teachers(null, tokenizer, DecoderConfig.read(student));
        preparer = new ExampleTokenizer(tokenizer, DecoderConfig.read(student), wording);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void make_tokensOfUnequalLength_pairsThoseThatStartTogether() {
        // Student: th e m e; teacher: t h e m e.
        TrainingSequence sequence = only(make(LossConfig.multiLevelOt(Variant.STABLE), null, "theme"));
        assertThat(sequence.teacher().pairSteps()).containsExactly(0, 1, 2, 3);
        assertThat(sequence.teacher().pairPositions()).containsExactly(0, 2, 3, 4);
        // The columns' texts are a, b, c and d: ids 4 to 7.
        assertThat(sequence.teacher().matched()).containsExactly(4, 5, 6, 7);
    }

    @Test
    void make_tokensOfUnequalLength_sumsTheTeachersLikelihoodsOverSpansThatBothCut() {
        TrainingSequence sequence = only(make(ALIGNED, null, "athe"));
        assertThat(sequence.teacher().spanOfStep()).containsExactly(0, 1, 2);
        assertThat(sequence.teacher().spanLogLikelihoods()).containsExactly(new float[] {-1, -2, -1}, within(1e-6f));
        assertThat(sequence.labelled()).isTrue();
    }

    @Test
    void make_labelsAreTheReference_areASequenceOfTheirOwn() {
        LossConfig loss = ALIGNED.with(Labels.REFERENCE);
        List<TrainingSequence> example = make(loss, "cab", "abc");
        assertThat(example).hasSize(2);
        assertThat(example.get(0).labelled()).isFalse();
        assertThat(example.get(0).teacher().isNone()).isFalse();
        assertThat(example.get(1).labelled()).isTrue();
        assertThat(example.get(1).teacher().isNone()).isTrue();
        assertThat(example.get(1).tokens().id(example.get(1).tokens().promptLength()))
                .isEqualTo(6);
        assertThat(make(loss, "abc", "abc")).hasSize(1);
        assertThat(make(loss, null, "abc")).hasSize(1);
    }

    @Test
    void make_noLabelsAndNoTeacherWanted_isNothing() {
        assertThat(make(LossConfig.crossEntropyAlone().with(Labels.REFERENCE), null, "abc"))
                .isEmpty();
        assertThat(make(LossConfig.crossEntropyAlone().with(Labels.REFERENCE), "cab", "abc"))
                .hasSize(1);
        assertThat(make(LossConfig.crossEntropyAlone().with(Labels.TEACHER), null, "abc"))
                .hasSize(1);
    }

    @Test
    void mismatch_recordsThatCannotFeedTheLoss_areNamedWithWhatWould() {
        TeacherTargets sequenceRecord = Samples.targets("a", "abc");
        assertThat(new RecordCheck(LossConfig.multiLevelOt(Variant.PAPER), "", wording, null).mismatch(sequenceRecord))
                .isEmpty();
        assertThat(new RecordCheck(ALIGNED, "", wording, null).mismatch(Selection.TOKEN, Ranking.PROBABILITY))
                .isEmpty();
        assertThat(new RecordCheck(LossConfig.multiLevelOt(Variant.RELEASED), "", wording, null)
                        .mismatch(sequenceRecord))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("ranking probability", "needs standardised", "teacher.ranking: standardised"));
        assertThat(new RecordCheck(LossConfig.crossEntropyAlone().with(new Uld(1, 50, Ramp.NONE)), "", wording, null)
                        .mismatch(sequenceRecord))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("selection sequence", "uld", "needs token", "teacher.selection: token"));
        assertThat(new RecordCheck(LossConfig.crossEntropyAlone().with(new Kl(1, Ramp.NONE)), "cc", wording, null)
                        .mismatch(sequenceRecord))
                .hasValueSatisfying(text -> assertThat(text).contains("one vocabulary", "bb", "cc"));
        assertThat(new RecordCheck(LossConfig.crossEntropyAlone().with(new Kl(1, Ramp.NONE)), "bb", wording, null)
                        .mismatch(sequenceRecord))
                .isEmpty();
    }

    private List<TrainingSequence> make(LossConfig loss, String reference, String response) {
        TeacherTargets plain = Samples.targets("ab", response, FinishReason.STOP, Split.TRAIN, Samples.TEACHER);
        TeacherTargets targets = new TeacherTargets(
                plain.promptId(),
                plain.conversationId(),
                plain.tenant(),
                plain.input(),
                plain.promptText(),
                plain.response(),
                plain.responseText(),
                reference,
                plain.teacher(),
                plain.vocabulary(),
                plain.tokens(),
                plain.columns(),
                plain.finishReason(),
                plain.split(),
                plain.author(),
                plain.createdAt(),
                plain.scoredAt());
        var accepted = (Outcome.Accepted<TokenizedTarget>) preparer.tokenize(targets);
        return new ExampleBuilder(
                        preparer, tokenizer, loss, TransportPlans.open(tokenizer, DecoderConfig.read(directory), null))
                .make(accepted.value());
    }

    private static TrainingSequence only(List<TrainingSequence> example) {
        assertThat(example).hasSize(1);
        return example.get(0);
    }
}
