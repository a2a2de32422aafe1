package io.stillstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SkippedTestsTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path checkout;

    @Test
    void summary_twoFilesOfOneMissingDirectory_areOneReason() throws IOException {
        Path modules = Files.createDirectory(checkout.resolve("modules"));
        write(
                modules.resolve("one/target/surefire-reports/TEST-A.xml"),
                "<testcase name='a'/>",
                aborted("Assumption failed: needs ../../shared/models/big"),
                aborted("Assumption failed: skipped: no ../../shared/tokenizers; set -Dstillstream.shared"));
        write(
                modules.resolve("two/target/failsafe-reports/TEST-BIT.xml"),
                aborted("Assumption failed: no " + checkout.resolve("shared/data")),
                aborted("Assumption failed: promtool is not on the PATH (Debian: apt-get install prometheus)"));

        assertThat(SkippedTests.summary(modules, START).lines())
                .containsExactly(
                        "Of 5 tests 4 were skipped:",
                        "     3  there is no " + checkout.resolve("shared") + " (one 2, two 1)",
                        "     1  promtool is not on the PATH (Debian: apt-get install prometheus) (two 1)");
    }

    @Test
    void summary_assumptionOfAssertJ_isItsDescription() throws IOException {
        write(
                checkout.resolve("one/target/surefire-reports/TEST-A.xml"),
                aborted("\nassumption was not met due to: [case06.json has no f2: too slow] \nExpecting value"));

        assertThat(SkippedTests.summary(checkout, START)).contains("     1  case06.json has no f2: too slow (one 1)");
    }

    @Test
    void summary_reportOfAnEarlierBuild_isLeftOut() throws IOException {
        Path old = checkout.resolve("one/target/surefire-reports/TEST-Old.xml");
        write(old, aborted("Assumption failed: gone"));
        Files.setLastModifiedTime(old, FileTime.from(START.minusSeconds(2)));
        write(checkout.resolve("one/target/surefire-reports/TEST-New.xml"), "<testcase name='a'/>");

        assertThat(SkippedTests.summary(checkout, START)).isEqualTo("Of 1 tests none was skipped.");
    }

    private static String aborted(String message) {
        return "<testcase name='b'><skipped type='org.opentest4j.TestAbortedException'><![CDATA["
                + "org.opentest4j.TestAbortedException: " + message
                + "\n\tat org.junit.X(X.java:1)]]></skipped></testcase>";
    }

    private static void write(Path report, String... cases) throws IOException {
        Files.createDirectories(report.getParent());
        Files.writeString(report, "<testsuite>" + String.join("", cases) + "</testsuite>");
    }
}
