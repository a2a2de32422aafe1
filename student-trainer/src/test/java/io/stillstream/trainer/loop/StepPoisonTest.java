package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Split;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that die in libtorch, in the midst of a step, of one record of that step. */
final class StepPoisonTest {

    /** A JVM that a signal ends, and that is to leave no core dump. */
    private static final int DIED = 1;

    /** What a record of the topic holds that is no record of ours. */
    private static final String NO_TARGETS = "no record of ours";

    private static final int LETTERS = 6;
    private static final String ACCUMULATE = "    def accumulate(";
    private static final String BODY = ") -> Tensor:\n";

    @TempDir
    private Path root;

    @Test
    void start_afterDeathsInAStep_findsTheRecordAndTrainsOnEveryOther() throws Exception {
        Path student = TinyStudent.at(root.resolve("student"));
        ConsumerRecord<byte[], byte[]> deadly = deadly();
        Path script = script(prompt(deadly));
        Path data = root.resolve("data");

        // In the step, then alone, then alone once more.
        for (int death = 0; death < 3; death++) {
            assertThat(run(script, student, data)).isEqualTo(List.of(DIED));
            assertThat(root.resolve("error")).content().contains("SIGFPE", "libtorch");
            Files.delete(root.resolve("error"));
        }
        assertThat(run(script, student, data)).isEqualTo(List.of("rejected poison", 0));

        assertThat(LedgerAudit.of(data).summary().offsets()).containsEntry(Disposition.POISON, 1L);
        assertThat(LedgerAudit.of(data).summary().findings()).isEmpty();
        TestingTopic others = DyingTrainer.topic().without(record -> record.offset() == deadly.offset());
        TrainingReport straight =
                DyingTrainer.train(student, root.resolve("straight"), others, TrainerFixture.producer());
        assertThat(new SnapshotStore(data, Clock.systemUTC())
                        .list()
                        .get(0)
                        .manifest()
                        .files())
                .isEqualTo(Objects.requireNonNull(straight.lastSnapshot())
                        .manifest()
                        .files());
    }

    /** Of the middle of the stream, behind some checkpoints: one whose prompt no other record can hold. */
    private static ConsumerRecord<byte[], byte[]> deadly() {
        List<ConsumerRecord<byte[], byte[]>> records = DyingTrainer.topic().records(0);
        return records.subList(records.size() / 2, records.size()).stream()
                .filter(record -> record.value().length > NO_TARGETS.length())
                .filter(record -> TargetsRecord.decode(record).targets().split() == Split.TRAIN)
                .filter(record ->
                        prompt(record).length() == LETTERS && !prompt(record).contains("th"))
                .findFirst()
                .orElseThrow();
    }

    private static String prompt(ConsumerRecord<byte[], byte[]> record) {
        return TargetsRecord.decode(record).targets().promptText();
    }

    /** A classpath on which the gradient of a batch with these letters divides so that the processor raises a signal. */
    private Path script(String letters) throws IOException {
        String ids = letters.chars()
                .mapToObj(letter -> String.valueOf(4 + letter - 'a'))
                .collect(Collectors.joining(", ", "[", "]"));
        String text;
        try (InputStream in = DyingTrainer.class.getResourceAsStream("/torchscript/training.py")) {
            text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        int body = text.indexOf(BODY, text.indexOf(ACCUMULATE)) + BODY.length();
        String deadly = """
                        if bool((batch["ids"].unfold(1, %d, 1) == torch.tensor(%s)).all(2).any()):
                            least = int(torch.tensor([-9223372036854775807])) - 1
                            return torch.full([1, 2], float(least // int(torch.tensor([-1]))))
                """.formatted(LETTERS, ids);
        Path directory = Files.createDirectories(root.resolve("classes").resolve("torchscript"));
        Files.writeString(directory.resolve("training.py"), text.substring(0, body) + deadly + text.substring(body));
        return directory.getParent();
    }

    /** What the process printed, and its exit code. */
    private List<Object> run(Path script, Path student, Path data) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + root.resolve("error"),
                        "-cp",
                        script + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                        DyingTrainer.class.getName(),
                        student.toString(),
                        data.toString())
                .redirectError(root.resolve("errors").toFile())
                .start();
        List<Object> seen = new ArrayList<>(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("rejected poison"))
                .toList());
        seen.add(process.waitFor());
        return seen;
    }
}
