package io.stillstream.trainer.examples;

import static io.stillstream.trainer.examples.Letters.BEGIN;
import static io.stillstream.trainer.examples.Letters.END;
import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import io.stillstream.trainer.step.TrainingSequence;
import io.stillstream.trainer.step.TransportTargets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Targets by hand. The student's tokens are letters and {@code bc}, the teacher's letters and {@code ab}, {@code ad},
 * {@code cd}; the letters have the same ids on both sides.
 */
class SpelledTransportTest {

    private static final int A = 3;
    private static final int B = 4;
    private static final int C = 5;
    private static final int D = 6;

    /** The student's. */
    private static final int BC = 7;

    /** The teacher's. */
    private static final int AB = 7;

    private static final int AD = 8;
    private static final int CD = 9;

    private static final List<String> LETTERS = List.of("a", "b", "c", "d");
    private static final Offset<Float> ROUNDING = Offset.offset(1e-6f);

    @TempDir
    private Path directory;

    private TextTokenizer student;
    private TextTokenizer teacher;
    private TransportPlans plans;

    @BeforeEach
    void open() {
        student = TextTokenizer.load(
                Letters.tokenizer(directory.resolve("student"), List.of("a", "b", "c", "d", "bc"), List.of("b c")));
        Path of = Letters.tokenizer(
                directory.resolve("teacher"),
                List.of("a", "b", "c", "d", "ab", "ad", "cd"),
                List.of("a b", "a d", "c d"));
        teacher = TextTokenizer.load(of);
        plans = TransportPlans.open(student, Letters.model(student), of);
        assertThat(LETTERS).allSatisfy(letter -> assertThat(student.id(letter)).isEqualTo(teacher.id(letter)));
    }

    @AfterEach
    void close() {
        plans.close();
        teacher.close();
        student.close();
    }

    @Test
    void of_labelIsTheTeachersToken_isTheShareOfEachColumn() {
        TransportTargets targets = written(ids(A), columns(A, 0.5, D, 0.3));
        assertThat(targets.steps()).containsExactly(0);
        assertTarget(targets, 0, Map.of(A, 0.625, D, 0.375), Map.of(), 0);
        assertThat(targets.trust()).isEqualTo(1);
    }

    @Test
    void of_labelSpansTwoOfTheTeachersTokens_replacesTheFirst() {
        TransportTargets targets = written(ids(B, C), columns(B, 0.6, A, 0.2), columns(C, 0.9, D, 0.1));
        // The second starts within the label.
        assertThat(targets.steps()).containsExactly(0);
        assertTarget(targets, 0, Map.of(B, 0.75, A, 0.25), Map.of(BC, 1.0, B, -1.0), 0);
    }

    @Test
    void of_labelWithinTheTeachersToken_countsTheColumnsThatBeginAsWritten() {
        TransportTargets targets = written(ids(AB), columns(AB, 0.4, C, 0.3, AD, 0.2, A, 0.1));
        assertThat(targets.steps()).containsExactly(0, 1);
        assertTarget(targets, 0, Map.of(A, 0.7, C, 0.3), Map.of(), 0);
        // A alone ends where AB goes on.
        assertTarget(targets, 1, Map.of(B, 2 / 3.0, D, 1 / 3.0), Map.of(), 0);
    }

    @Test
    void of_lastLabelOfATokenReachesBeyondIt_replacesWhatWasExpected() {
        // The teacher's ab|c is a|bc for the student.
        TransportTargets targets = written(ids(AB, C), columns(AB, 0.6, AD, 0.2), columns(C, 1.0));
        assertThat(targets.steps()).containsExactly(0, 1);
        assertTarget(targets, 1, Map.of(B, 0.75, D, 0.25), Map.of(BC, 1.0, B, -1.0), 0);
    }

    @Test
    void of_tokenThatIsNotKept_hasNoTarget() {
        TransportTargets targets = written(ids(A, D), columns(B, 0.6, C, 0.2), columns(D, 0.5));
        assertThat(targets.steps()).containsExactly(1);
        assertThat(written(ids(A), columns(B, 1.0)).isNone()).isTrue();
    }

    @Test
    void of_columnsThatTheStudentWouldHaveJoined_areLeftOut() {
        // After b the student never writes c alone, whatever comes then.
        TransportTargets targets = written(ids(B, A), columns(B, 1.0), columns(A, 0.5, C, 0.3, CD, 0.1, D, 0.1));
        assertTarget(targets, 1, Map.of(A, 5 / 6.0, D, 1 / 6.0), Map.of(), 0);
    }

    @Test
    void of_endOfText_isAPositionLikeOthers() {
        TransportTargets targets = written(ids(A, END), columns(A, 1.0), columns(END, 0.3, D, 0.2));
        assertThat(targets.steps()).containsExactly(0, 1);
        assertTarget(targets, 1, Map.of(END, 0.6, D, 0.4), Map.of(), 0);
    }

    @Test
    void of_endThatIsNotKept_hasNoTarget() {
        TransportTargets targets = written(ids(A, END), columns(A, 1.0), columns(C, 0.3, D, 0.2));
        assertThat(targets.steps()).containsExactly(0);
    }

    @Test
    void of_studentsTokenAcrossTheEndOfThePrompt_hasNoTarget() {
        // The prompt's b and the response's c are one token of the student's.
        TransportTargets targets = make(
                Letters.targets(teacher, "b", ids(C, A), Selection.TOKEN, List.of(columns(C, 1.0), columns(A, 1.0))));
        assertThat(targets.steps()).containsExactly(1);
        assertTarget(targets, 0, Map.of(A, 1.0), Map.of(), 0);
    }

    @Test
    void of_promptThatTheStudentWouldHaveJoined_leavesTheColumnOut() {
        TransportTargets targets =
                make(Letters.targets(teacher, "b", ids(A), Selection.TOKEN, List.of(columns(A, 0.2, C, 0.6, D, 0.2))));
        assertTarget(targets, 0, Map.of(A, 0.5, D, 0.5), Map.of(), 0);
    }

    @Test
    void of_teachersTokenAcrossTheEndOfThePrompt_hasNoTarget() {
        TransportTargets targets = make(Letters.targets(
                teacher,
                teacher.sha256(),
                "a",
                1,
                ids(AB, D),
                Selection.TOKEN,
                List.of(columns(AB, 1.0), columns(D, 0.5)),
                Author.TEACHER));
        assertThat(targets.steps()).containsExactly(1);
        assertTarget(targets, 0, Map.of(D, 1.0), Map.of(), 0);
    }

    @Test
    void of_responseTheStudentWrote_isTheColumnsWithoutTheLabel() {
        TeacherTargets record = Letters.targets(
                teacher,
                teacher.sha256(),
                "d",
                0,
                ids(A, B, END),
                Selection.TOKEN,
                List.of(columns(B, 0.5, C, 0.2), columns(B, 0.4, A, 0.1), columns(A, 0.9)),
                Author.student("s"));
        TrainingSequence sequence = sequence(record);
        assertThat(sequence.labelled()).isFalse();
        TransportTargets targets = sequence.teacher().transport();
        assertThat(targets.steps()).containsExactly(0, 1, 2);
        assertTarget(targets, 0, Map.of(B, 0.5, C, 0.2), Map.of(), 0.3);
        assertTarget(targets, 1, Map.of(B, 0.4, A, 0.1), Map.of(), 0.5);
        assertTarget(targets, 2, Map.of(A, 0.9), Map.of(), 0.1);
    }

    @Test
    void of_sampledColumns_needNotHoldTheTokenThatWasThere() {
        TransportTargets targets = make(Letters.targets(
                teacher,
                "d",
                ids(A, D),
                Selection.SAMPLED,
                List.of(columns(B, 0.75, C, 0.25), columns(A, 0.5, AD, 0.5))));
        assertThat(targets.steps()).containsExactly(0, 1);
        assertTarget(targets, 0, Map.of(B, 0.75, C, 0.25), Map.of(), 0);
        assertTarget(targets, 1, Map.of(A, 1.0), Map.of(), 0);
    }

    @Test
    void of_sampledColumnsBeforeALongerLabel_replaceTheTokenThatWasExpected() {
        TransportTargets targets = make(
                Letters.targets(teacher, "d", ids(B, C), Selection.SAMPLED, List.of(columns(A, 1.0), columns(C, 1.0))));
        assertThat(targets.steps()).containsExactly(0);
        assertTarget(targets, 0, Map.of(A, 1.0), Map.of(BC, 1.0, B, -1.0), 0);
    }

    @Test
    void of_projectedColumns_goToTheirOwnTokens() {
        // The teacher's ab, of which the record has the student's first token, and its d.
        TeacherTargets record = Letters.targets(
                student,
                "the teacher's",
                "d",
                0,
                ids(A, D),
                new int[][] {{A, B}, {D}},
                Selection.TOKEN,
                List.of(columns(A, 0.6, BC, 0.2), columns(D, 0.5, C, 0.3)),
                Author.TEACHER);
        try (TransportPlans identity = TransportPlans.open(student, Letters.model(student), null)) {
            assertThat(record.projected()).isTrue();
            assertThat(identity.mismatch(record)).isEmpty();
            TransportTargets targets = sequence(record, identity).teacher().transport();
            // Within the teacher's token there is nothing to go by; after b the student never writes c alone.
            assertThat(targets.steps()).containsExactly(0, 2);
            assertTarget(targets, 0, Map.of(A, 0.75, BC, 0.25), Map.of(), 0);
            assertTarget(targets, 1, Map.of(D, 1.0), Map.of(), 0);
        }
    }

    @Test
    void make_responseOfProduction_isTrustedAsFarAsTheLossSays() {
        TeacherTargets record = Letters.targets(
                teacher,
                teacher.sha256(),
                "d",
                0,
                ids(A),
                Selection.TOKEN,
                List.of(columns(A, 1.0)),
                Author.PRODUCTION);
        // How far it is trusted says the step.
        assertThat(make(record).trust()).isEqualTo(1);
    }

    @Test
    void mismatch_recordOfAnotherTokenizer_isNamed() {
        TeacherTargets record = Letters.targets(teacher, "d", ids(A), Selection.TOKEN, List.of(columns(A, 1.0)));
        try (TransportPlans identity = TransportPlans.open(student, Letters.model(student), null)) {
            assertThat(identity.mismatch(record))
                    .hasValueSatisfying(text -> assertThat(text).contains(teacher.sha256(), "is not set"));
        }
        assertThat(plans.mismatch(record)).isEmpty();
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // read only
    private final TransportTargets written(int[] ids, Map<Integer, Double>... columns) {
        return make(Letters.targets(teacher, "d", ids, Selection.TOKEN, List.of(columns)));
    }

    private TransportTargets make(TeacherTargets record) {
        return sequence(record).teacher().transport();
    }

    private TrainingSequence sequence(TeacherTargets record) {
        return sequence(record, plans);
    }

    private TrainingSequence sequence(TeacherTargets record, TransportPlans plans) {
        var tokenizer = new ExampleTokenizer(
                student, Letters.model(student), StudentWording.teachers(null, student, Letters.model(student)));
        var accepted = (Outcome.Accepted<TokenizedTarget>) tokenizer.tokenize(record);
        assertThat(accepted.value().promptIds()[0]).isEqualTo(BEGIN);
        List<TrainingSequence> made = new ExampleBuilder(
                        tokenizer, student, LossConfig.multiLevelOt(Variant.SPELLED), plans)
                .make(accepted.value());
        assertThat(made).hasSize(1);
        return made.get(0);
    }

    private static int[] ids(int... ids) {
        return ids;
    }

    private static Map<Integer, Double> columns(Object... idsAndProbabilities) {
        Map<Integer, Double> columns = new LinkedHashMap<>();
        for (int i = 0; i < idsAndProbabilities.length; i += 2) {
            columns.put((Integer) idsAndProbabilities[i], (Double) idsAndProbabilities[i + 1]);
        }
        return columns;
    }

    private static void assertTarget(
            TransportTargets targets, int row, Map<Integer, Double> masses, Map<Integer, Double> text, double rest) {
        for (int j = 0; j < targets.width(); j++) {
            int at = row * targets.width() + j;
            int id = targets.ids()[at];
            assertThat(targets.masses()[at])
                    .as("mass of %d", id)
                    .isCloseTo(masses.getOrDefault(id, 0.0).floatValue(), ROUNDING);
            assertThat(targets.textMasses()[at])
                    .as("text's mass of %d", id)
                    .isEqualTo(text.getOrDefault(id, 0.0).floatValue());
        }
        List<Integer> found = Arrays.stream(targets.ids(), row * targets.width(), (row + 1) * targets.width())
                .boxed()
                .toList();
        assertThat(found).containsAll(masses.keySet()).containsAll(text.keySet());
        assertThat(targets.rest()[row]).isCloseTo((float) rest, ROUNDING);
    }
}
