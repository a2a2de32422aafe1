package io.stillstream.evaluation.bakeoff.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.writing.Exposure;
import io.stillstream.evaluation.bakeoff.writing.WrittenAnswers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BakeoffTableTest {

    @Test
    void markdown_exposure_isATableOfWhatTheStudentsWrite() {
        ArmReport quiet = Reports.arm("SFT", 1.5, Map.of());
        ArmReport arm = new ArmReport(
                "on | policy",
                quiet.settings(),
                quiet.tokens(),
                0,
                0,
                quiet.terms(),
                quiet.gradientShares(),
                quiet.curve(),
                quiet.results(),
                Map.of(
                        "shifted",
                        new Exposure(new WrittenAnswers(0.5, 0.25, 1), new WrittenAnswers(0.125, 0.75, 0.875))),
                List.of());
        BakeoffReport off = Reports.report(List.of(arm));
        BakeoffReport on = new BakeoffReport(
                off.version(),
                off.baselines(),
                off.seeds(),
                off.budget(),
                off.unit(),
                off.step(),
                off.evaluateEvery(),
                off.texts(),
                32,
                off.family(),
                off.students());

        assertThat(new BakeoffTable(off).markdown()).doesNotContain("xposure");
        assertThat(new BakeoffTable(on).markdown())
                .contains(
                        "### Exposure: what the students write themselves",
                        "| arm          | shifted: repetition | shifted: teacher's bits/byte |",
                        "| on \\| policy |         50% → 12.5% |              0.2500 → 0.7500 |",
                        "`on | policy` after training: the teacher scored 87.5% of the answers to 'shifted'",
                        "answers of the student to at most 32 prompts of a set");
    }

    @Test
    void markdown_correctedDifferenceThatExcludesZero_isMarked() {
        List<String> rows = rows(Reports.report(List.of(
                Reports.arm("SFT", 1.5, Map.of()),
                Reports.arm("better", 1.4, Map.of("SFT", Reports.difference(-0.1, -0.12, -0.08))),
                // Its nominal interval, [-0.02, -0.0005], excludes 0.
                Reports.arm("alike", 1.49, Map.of("SFT", Reports.difference(-0.01, -0.03, 0.009))))));

        assertThat(rows.get(0)).contains("vs SFT [99%]");
        assertThat(rows.get(2)).contains("| SFT ").contains("1.5000").contains("baseline");
        assertThat(rows.get(3)).contains("1.4000").contains("-0.1000 [-0.1200, -0.0800] * |");
        assertThat(rows.get(4)).contains("-0.0100 [-0.0300, +0.0090]   |");
    }

    @Test
    void markdown_twoBaselines_haveAColumnEach() {
        List<ArmReport> arms = List.of(
                Reports.arm("SFT", 1.5, Map.of("KD", Reports.difference(0.1, 0.05, 0.15))),
                Reports.arm("KD", 1.4, Map.of("SFT", Reports.difference(-0.1, -0.15, -0.05))));

        List<String> rows = rows(Reports.report(
                List.of("SFT", "KD"), List.of(Reports.student("tiny", SetRole.CONFIRMATION, null, arms))));

        assertThat(rows.get(0)).contains("vs SFT [99%]").contains("vs KD [99%]");
        assertThat(rows.get(2)).containsSubsequence("baseline", "+0.1000 [+0.0500, +0.1500] *");
        assertThat(rows.get(3)).containsSubsequence("-0.1000 [-0.1500, -0.0500] *", "baseline");
    }

    @Test
    void markdown_notes_stateTheFamilyAndWhatIsResampled() {
        assertThat(new BakeoffTable(Reports.of("SFT", "KD")).markdown())
                .contains("What is resampled: seeds and conversations")
                .contains("20,000 draws")
                .contains("the family is the 5 comparisons of one set's table")
                .contains("Each interval has a confidence of 99%")
                .contains("all of a table hold at once with 95%");
    }

    @Test
    void markdown_selectionSet_namesTheBestAndMarksItInConfirmation() {
        List<ArmReport> arms = Reports.arms("SFT", "KD", "OT");
        ArmChoice choice = new ArmChoice("SFT", Map.of("SFT", 0.0, "KD", -0.2, "OT", -0.1), "KD");

        String markdown = new BakeoffTable(Reports.report(
                        List.of("SFT"), List.of(Reports.student("tiny", SetRole.SELECTION, choice, arms))))
                .markdown();

        assertThat(markdown)
                .containsSubsequence(
                        "### Selection: own",
                        "Best on the selection sets: **KD**, with a mean difference of -0.2000 bits/byte from SFT over 1 set.\n",
                        "### Confirmation: shifted",
                        "| SFT ",
                        "| **KD** (chosen) ",
                        "| OT ");
    }

    @Test
    void markdown_noSelectionSet_choosesNothing() {
        String markdown = new BakeoffTable(Reports.of("SFT", "KD")).markdown();

        assertThat(markdown)
                .contains("### Held out: own")
                .contains("### Held out: shifted")
                .doesNotContain("Best on")
                .doesNotContain("hosen")
                .doesNotContain("Confirmation");
    }

    @Test
    void markdown_twoStudents_haveASectionEach() {
        List<ArmReport> arms = Reports.arms("SFT", "KD");

        String markdown = new BakeoffTable(Reports.report(
                        List.of("SFT"),
                        List.of(
                                Reports.student("same", SetRole.CONFIRMATION, null, arms),
                                Reports.student("half", SetRole.CONFIRMATION, null, arms))))
                .markdown();

        assertThat(markdown)
                .startsWith(
                        "# Bake-off\n\n2 students, 2 arms, 3 seeds, 40 steps in steps of 8 texts from a stream of 100 texts.")
                .containsSubsequence(
                        "## Student same", "### Held out: own", "### Training", "## Student half", "### Held out: own");
    }

    @Test
    void markdown_columns_lineUp() {
        List<String> rows =
                rows(Reports.of("SFT", "an arm with a longer name", "a|b")).subList(0, 5);

        assertThat(rows).allSatisfy(row -> assertThat(row).hasSameSizeAs(rows.get(0)));
        assertThat(rows.get(4)).contains("a\\|b");
    }

    @Test
    void markdown_training_showsTokensAndSharesWhereTheyAreKnown() {
        ArmReport arm = Reports.arm("SFT", 1.5, Map.of());
        ArmReport known = new ArmReport(
                arm.name(),
                arm.settings(),
                arm.tokens(),
                3,
                2,
                arm.terms(),
                Map.of("cross_entropy", 0.75),
                arm.curve(),
                arm.results(),
                arm.exposure(),
                arm.runs());

        assertThat(new BakeoffTable(Reports.report(List.of(arm))).markdown()).doesNotContain("gradient shares");
        assertThat(new BakeoffTable(Reports.report(List.of(known))).markdown())
                .contains("|    40 |       20,000 |           21,000 |")
                .contains("gradient shares")
                .contains("cross_entropy 75%")
                .contains("could not train on a text 3 times")
                .contains("2 steps without a finite gradient");
    }

    @Test
    void markdown_textsTheStudentCannotTake_areCounted() {
        assertThat(new BakeoffTable(Reports.of("SFT")).markdown())
                .contains("20 responses of 7 conversations, 4,000 bytes; the teacher itself has 0.9000 bits/byte.\n")
                .contains(
                        "10 responses of 10 conversations, 1,000 bytes; the teacher itself has 1.1000 bits/byte. 2 more");
    }

    private static List<String> rows(BakeoffReport report) {
        return new BakeoffTable(report)
                .markdown()
                .lines()
                .filter(line -> line.startsWith("|"))
                .toList();
    }
}
