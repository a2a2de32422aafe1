package io.stillstream.evaluation.bakeoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.evaluation.bakeoff.BakeoffReport.ArmReport;
import io.stillstream.evaluation.statistics.Interval;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BakeoffTableTest {

    @Test
    void markdown_differenceThatExcludesZero_isMarked() {
        List<String> rows = rows(Reports.report(List.of(
                Reports.arm("SFT", 1.5, null),
                Reports.arm("better", 1.4, new Interval(-0.1, -0.12, -0.08)),
                Reports.arm("alike", 1.49, new Interval(-0.01, -0.03, 0.01)))));

        assertThat(rows.get(2))
                .contains("| SFT ")
                .contains("20,000")
                .contains("1.5000")
                .contains("baseline");
        assertThat(rows.get(3)).contains("1.4000").contains("-0.1000 [-0.1200, -0.0800] * |");
        assertThat(rows.get(4)).contains("-0.0100 [-0.0300, +0.0100]   |");
    }

    @Test
    void markdown_columns_lineUp() {
        List<String> rows = rows(Reports.of("SFT", "an arm with a longer name", "a|b"));

        assertThat(rows).hasSize(5).allSatisfy(row -> assertThat(row).hasSameSizeAs(rows.get(0)));
        assertThat(rows.get(4)).contains("a\\|b");
    }

    @Test
    void markdown_gradientShares_areShownWhereTheyAreKnown() {
        ArmReport arm = Reports.arm("SFT", 1.5, null);
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
                arm.runs());

        assertThat(new BakeoffTable(Reports.report(List.of(arm))).markdown()).doesNotContain("gradient shares");
        assertThat(new BakeoffTable(Reports.report(List.of(known))).markdown())
                .contains("gradient shares")
                .contains("cross_entropy 75%")
                .contains("could not train on a text 3 times")
                .contains("2 steps without a finite gradient");
    }

    @Test
    void markdown_textsTheStudentCannotTake_areCounted() {
        assertThat(new BakeoffTable(Reports.of("SFT")).markdown())
                .contains("`shifted`: 10 responses, 1,000 bytes; the teacher itself has 1.1000 bits/byte. 2 more");
    }

    private static List<String> rows(BakeoffReport report) {
        return new BakeoffTable(report)
                .markdown()
                .lines()
                .filter(line -> line.startsWith("|"))
                .toList();
    }
}
