package io.stillstream.rollout.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.RolloutException;
import io.stillstream.rollout.gate.Reason.Outcome;
import io.stillstream.rollout.gate.RecordEvaluation.GreedyAnswer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GateTest {

    private static final GreedyAnswer FINE = new GreedyAnswer(false, false, false);
    private static final GreedyAnswer EMPTY = new GreedyAnswer(true, false, false);
    private static final GreedyAnswer REPEATING = new GreedyAnswer(false, true, true);

    private final Gate gate = new Gate(GateConfig.defaults());

    @Test
    void judge_candidateAsGoodAsTheChampion_passes() {
        Verdict verdict = judge(evaluation("b", 60, 0, 0, FINE), evaluation("a", 60, 0, 0, FINE));

        assertThat(verdict).isInstanceOf(Verdict.Pass.class);
        assertThat(verdict.reasons())
                .extracting(Reason::name)
                .contains("evidence", "champion", "slice even", "slice odd");
    }

    @Test
    void judge_candidateThatIsWorse_fails_andSaysByHowMuch() {
        Verdict verdict = judge(evaluation("b", 60, 0.1, 0, FINE), evaluation("a", 60, 0, 0, FINE));

        assertThat(verdict).isInstanceOf(Verdict.Fail.class);
        assertThat(reason(verdict, "champion").value()).isBetween(0.09, 0.11);
        assertThat(reason(verdict, "champion").outcome()).isEqualTo(Outcome.NOT_OK);
    }

    @Test
    void judge_fewConversations_holdsHoweverGood() {
        assertThat(judge(evaluation("b", 29, -1, 0, FINE), evaluation("a", 29, 0, 0, FINE)))
                .isInstanceOf(Verdict.Hold.class);
        assertThat(judge(evaluation("b", 0, 0, 0, FINE), evaluation("a", 0, 0, 0, FINE)))
                .isInstanceOf(Verdict.Hold.class);
        assertThat(judge(evaluation("b", 1, 0, 0, FINE), evaluation("a", 1, 0, 0, FINE)))
                .isInstanceOf(Verdict.Hold.class);
    }

    @Test
    void judge_driftFromTheBestChampion_isCaughtThoughTheChampionIsNear() {
        Verdict verdict = gate.judge(
                evaluation("c", 60, 0.1, 0, FINE),
                evaluation("b", 60, 0.095, 0, FINE),
                evaluation("a", 60, 0, 0, FINE),
                Set.of());

        assertThat(reason(verdict, "champion").outcome()).isEqualTo(Outcome.OK);
        assertThat(reason(verdict, "best champion").outcome()).isEqualTo(Outcome.NOT_OK);
        assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    }

    @Test
    void judge_oneSliceMuchWorse_failsThoughTheWholeIsGood() {
        Verdict verdict = judge(evaluation("b", 200, -0.5, 0.8, FINE), evaluation("a", 200, 0, 0, FINE));

        assertThat(reason(verdict, "champion").outcome()).isEqualTo(Outcome.OK);
        assertThat(reason(verdict, "slice odd").outcome()).isEqualTo(Outcome.NOT_OK);
        assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    }

    @Test
    void judge_emptyAnswers_fail() {
        Verdict verdict = judge(evaluation("b", 60, 0, 0, EMPTY), evaluation("a", 60, 0, 0, FINE));

        assertThat(reason(verdict, "answers empty").outcome()).isEqualTo(Outcome.NOT_OK);
        assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    }

    /** As in a bad import, of which a part is held out: on that part, whoever learned from it is the better one. */
    @Test
    void judge_floodOfATenantThatTheCandidateLearnedFrom_failsByTheOldRecordsOfTheOthers() {
        SnapshotEvaluation candidate = flooded("b", -1, 0.8);
        SnapshotEvaluation champion = flooded("a", 0, 0);

        Verdict verdict = judge(candidate, champion);

        assertThat(reason(verdict, "champion").outcome()).isEqualTo(Outcome.OK);
        assertThat(reason(verdict, "champion").value()).isBetween(-1.05, -0.95);
        assertThat(reason(verdict, "champion").clusters()).isEqualTo(60);
        assertThat(reason(verdict, "slice old").outcome()).isEqualTo(Outcome.NOT_OK);
        assertThat(verdict).isInstanceOf(Verdict.Fail.class);
        assertThat(judge(flooded("b", -1, 0), champion)).isInstanceOf(Verdict.Pass.class);
    }

    @Test
    void judge_oldRecordsOfASlice_areNoEvidence() {
        SnapshotEvaluation few = withOld(evaluation("b", 29, 0, 0, FINE), evaluation("b", 60, 0, 0, FINE));
        SnapshotEvaluation champion = withOld(evaluation("a", 29, 0, 0, FINE), evaluation("a", 60, 0, 0, FINE));

        assertThat(judge(few, champion)).isInstanceOf(Verdict.Hold.class);
    }

    @Test
    void judge_answersThatRepeatThemselvesAsTheChampionsDo_fail() {
        Verdict verdict = judge(evaluation("b", 60, -0.5, 0, REPEATING), evaluation("a", 60, 0, 0, REPEATING));

        assertThat(reason(verdict, "answers repeating").outcome()).isEqualTo(Outcome.OK);
        assertThat(reason(verdict, "answers of no use").outcome()).isEqualTo(Outcome.NOT_OK);
        assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    }

    @Test
    void judge_firstCandidate_passesByItsAnswersAndFiniteFigures() {
        assertThat(gate.judge(evaluation("a", 60, 0, 0, FINE), Set.of())).isInstanceOf(Verdict.Pass.class);
        assertThat(gate.judge(evaluation("a", 60, 0, 0, REPEATING), Set.of())).isInstanceOf(Verdict.Fail.class);
        assertThat(gate.judge(evaluation("a", 60, 0, 0, EMPTY), Set.of())).isInstanceOf(Verdict.Fail.class);
        assertThat(gate.judge(evaluation("a", 60, Double.NaN, 0, FINE), Set.of()))
                .isInstanceOf(Verdict.Fail.class);
        assertThat(gate.judge(evaluation("a", 29, 0, 0, FINE), Set.of())).isInstanceOf(Verdict.Hold.class);
    }

    @Test
    void beforehand_isTheVerdictThatNoEvaluationChanges() {
        SnapshotReference candidate = evaluation("b", 1, 0, 0, FINE).snapshot();

        assertThat(gate.beforehand(candidate, 100, 30, Set.of())).isEmpty();
        assertThat(gate.beforehand(candidate, 99, 30, Set.of())).get().isInstanceOf(Verdict.Hold.class);
        assertThat(gate.beforehand(candidate, 100, 29, Set.of())).get().isInstanceOf(Verdict.Hold.class);
        assertThat(gate.beforehand(candidate, 0, 0, Set.of(candidate.contentHash())))
                .get()
                .isInstanceOf(Verdict.Fail.class);
    }

    @Test
    void judge_nanOrMissingRecords_fail() {
        SnapshotEvaluation champion = evaluation("a", 60, 0, 0, FINE);
        assertThat(judge(evaluation("b", 60, Double.NaN, 0, FINE), champion)).isInstanceOf(Verdict.Fail.class);
        assertThat(judge(evaluation("b", 60, Double.POSITIVE_INFINITY, 0, FINE), champion))
                .isInstanceOf(Verdict.Fail.class);
        assertThat(judge(evaluation("b", 59, 0, 0, FINE), champion)).isInstanceOf(Verdict.Fail.class);
    }

    @Test
    void judge_rejectedContent_failsUnderAnotherId_andItsFiguresAreThere() {
        SnapshotEvaluation candidate = evaluation("b", 60, -1, 0, FINE);
        Verdict verdict = gate.judge(
                candidate,
                evaluation("a", 60, 0, 0, FINE),
                null,
                Set.of(candidate.snapshot().contentHash()));

        assertThat(verdict).isInstanceOf(Verdict.Fail.class);
        assertThat(verdict.reasons()).extracting(Reason::name).startsWith("rejected", "evidence", Gate.CHAMPION);
    }

    @Test
    void file_readsWhatItWrote_andRefusesEveryOtherByte(@TempDir Path directory) throws Exception {
        SnapshotEvaluation evaluation = evaluation("a", 3, 0, 0, FINE);
        Path file = EvaluationFile.path(directory, evaluation.input());
        EvaluationFile.write(evaluation, file);

        assertThat(EvaluationFile.read(file)).isEqualTo(evaluation);
        try (var files = Files.list(directory)) {
            assertThat(files.collect(Collectors.toList())).containsExactly(file);
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 5] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> EvaluationFile.read(file))
                .isInstanceOf(RolloutException.class)
                .hasMessageContaining("as in its first line");
    }

    @Test
    void file_withWhatIsNoJson_isRefusedInWordsOfOurs(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("evaluation");
        Files.writeString(file, "{\"version\": NaN}\n");

        assertThatThrownBy(() -> EvaluationFile.read(file))
                .isInstanceOf(RolloutException.class)
                .hasMessageContaining(file + " cannot be read: a line of it is no JSON at its column ")
                .hasMessageEndingWith("; expected JSON lines, with null for what is not finite");
    }

    @Test
    void repetition_isOfWords() {
        assertThat(Repetition.isIn("the cat sat on the mat ".repeat(6))).isTrue();
        assertThat(Repetition.isIn("no no no")).isFalse();
        assertThat(Repetition.isIn("one two three four five six seven eight nine ten eleven twelve thirteen"))
                .isFalse();
    }

    private Verdict judge(SnapshotEvaluation candidate, SnapshotEvaluation champion) {
        return gate.judge(candidate, champion, null, Set.of());
    }

    private static Reason reason(Verdict verdict, String name) {
        return verdict.reasons().stream()
                .filter(reason -> reason.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Sixty conversations of a new tenant, and ten older ones of another. */
    private static SnapshotEvaluation flooded(String id, double worse, double oldWorse) {
        return withOld(evaluation(id, 60, worse, 0, FINE), evaluation(id, 10, oldWorse, 0, FINE));
    }

    private static SnapshotEvaluation withOld(SnapshotEvaluation evidence, SnapshotEvaluation old) {
        List<RecordEvaluation> records = new ArrayList<>();
        old.records().forEach(record -> records.add(of("old", true, record)));
        evidence.records().forEach(record -> records.add(of("new", false, record)));
        return new SnapshotEvaluation(evidence.snapshot(), evidence.input(), records);
    }

    private static RecordEvaluation of(String slice, boolean forSlice, RecordEvaluation record) {
        return new RecordEvaluation(
                slice + record.coordinates(),
                slice + record.conversation(),
                slice,
                forSlice,
                record.bytes(),
                record.nats(),
                record.teacherBytes(),
                record.teacherNats(),
                record.answer());
    }

    /**
     * Four records a conversation, of which every other is of the slice "odd".
     *
     * @param worse bits per byte more than the common difficulty
     * @param oddWorse more again in the slice "odd"
     */
    private static SnapshotEvaluation evaluation(
            String id, int conversations, double worse, double oddWorse, GreedyAnswer answer) {
        Random random = new Random(1);
        Random own = new Random(id.hashCode());
        List<RecordEvaluation> records = new ArrayList<>();
        for (int c = 0; c < conversations; c++) {
            double hard = 4 + 0.5 * random.nextGaussian();
            boolean odd = c % 2 == 1;
            for (int i = 0; i < 4; i++) {
                int bytes = 40 + random.nextInt(100);
                double bits = hard + worse + (odd ? oddWorse : 0) + 0.01 * own.nextGaussian();
                records.add(new RecordEvaluation(
                        "teacher-targets-0@" + records.size(),
                        "conversation-" + c,
                        odd ? "odd" : "even",
                        false,
                        bytes,
                        bytes * bits * Math.log(2),
                        bytes,
                        bytes,
                        answer));
            }
        }
        return new SnapshotEvaluation(
                new SnapshotReference(id, Digests.sha256(id)), Digests.sha256("records"), records);
    }
}
