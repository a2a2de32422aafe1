package io.stillstream.monitoring.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CrashJournalTest {

    private static final String TOPIC = "prompts";
    private static final PartitionOffset FIRST = new PartitionOffset(0, 7);
    private static final PartitionOffset SECOND = new PartitionOffset(3, Long.MAX_VALUE);

    @TempDir
    private Path directory;

    /** A batch kills the process, then one record of it, alone; the third process knows which. */
    @Test
    void process_thatIsHalted_isPoisonAtTheThirdStart() throws Exception {
        assertThat(run()).isEqualTo(List.of("suspects []", "poison []", DyingProcess.ABORTED));
        assertThat(run())
                .isEqualTo(List.of("suspects [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]", "poison []", DyingProcess.ABORTED));
        assertThat(run()).isEqualTo(List.of("suspects [7, 8, 9]", "poison [6]", "done", 0));
        assertThat(run()).isEqualTo(List.of("suspects []", "poison [6]", "done", 0));
    }

    @Test
    void process_thatReturnsOrThrows_isNoDeath() throws IOException {
        CrashJournal journal = CrashJournal.open(directory, TOPIC);
        assertThat(journal.process(List.of(FIRST), () -> 5)).isEqualTo(5);
        assertThatThrownBy(() -> journal.process(List.of(FIRST), () -> {
                    throw new ArithmeticException("of the record");
                }))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> journal.process(List.of(FIRST), () -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(CrashJournal.open(directory, TOPIC).isSuspect(FIRST)).isFalse();
    }

    @Test
    void processOrDie_thatThrows_isADeath() throws IOException {
        CrashJournal journal = CrashJournal.open(directory, TOPIC);
        assertThat(journal.processOrDie(List.of(SECOND), () -> 5)).isEqualTo(5);
        assertThatThrownBy(() -> journal.processOrDie(List.of(FIRST), () -> {
                    throw new ArithmeticException("of the record");
                }))
                .isInstanceOf(ArithmeticException.class);
        assertThat(CrashJournal.open(directory, TOPIC).isSuspect(FIRST)).isTrue();
        assertThat(CrashJournal.open(directory, TOPIC).isSuspect(SECOND)).isFalse();
    }

    @Test
    void open_countsThatAreGarbage_countNothing() throws IOException {
        byte[] lines = (TOPIC + "\nx y z\n1 2\n99999999999 1 1\n").getBytes(StandardCharsets.UTF_8);
        for (byte[] garbage : new byte[][] {{}, {(byte) 0xff, (byte) 0xfe}, lines}) {
            Files.write(directory.resolve("counts"), garbage);
            assertThat(CrashJournal.open(directory, TOPIC).isSuspect(FIRST)).isFalse();
        }
    }

    @Test
    void process_outOfMemory_isADeath() throws IOException {
        for (int start = 0; start < CrashJournal.DEATHS_OF_POISON; start++) {
            CrashJournal journal = CrashJournal.open(directory, TOPIC);
            assertThatThrownBy(() -> journal.process(List.of(SECOND), () -> {
                        throw new OutOfMemoryError("Java heap space");
                    }))
                    .isInstanceOf(OutOfMemoryError.class);
            // Other threads end their work, and the process is told to stop.
            assertThat(journal.process(List.of(FIRST), () -> 5)).isEqualTo(5);
            journal.ignoreFurtherDeaths();
        }
        CrashJournal journal = CrashJournal.open(directory, TOPIC);
        assertThat(journal.isPoison(SECOND)).isTrue();
        assertThat(journal.isSuspect(FIRST)).isFalse();
    }

    @Test
    void open_withAHigherBound_triesItSoOften() throws IOException {
        int bound = CrashJournal.DEATHS_OF_POISON + 1;
        for (int start = 0; start < bound; start++) {
            CrashJournal journal = CrashJournal.open(directory, TOPIC, bound);
            assertThat(journal.isPoison(FIRST)).isFalse();
            assertThat(journal.isSuspect(FIRST)).isEqualTo(start > 0);
            assertThatThrownBy(() -> journal.process(List.of(FIRST), () -> {
                        throw new OutOfMemoryError();
                    }))
                    .isInstanceOf(OutOfMemoryError.class);
        }
        assertThat(CrashJournal.open(directory, TOPIC, bound).isPoison(FIRST)).isTrue();
    }

    @Test
    void ignoreFurtherDeaths_inFlight_isNoDeath() throws IOException {
        CrashJournal journal = CrashJournal.open(directory, TOPIC);
        CrashJournal next = journal.process(List.of(FIRST), () -> {
            journal.ignoreFurtherDeaths();
            return opened(TOPIC);
        });
        assertThat(next.isSuspect(FIRST)).isFalse();
    }

    @Test
    void open_whileInFlight_countsEveryRecordOfEveryThread() throws IOException {
        CrashJournal journal = CrashJournal.open(directory, TOPIC);
        CrashJournal next =
                journal.process(List.of(FIRST), () -> journal.process(List.of(SECOND), () -> opened(TOPIC)));
        assertThat(next.isSuspect(FIRST)).isTrue();
        assertThat(next.isSuspect(SECOND)).isTrue();
    }

    @Test
    void open_manyRecords_areAllThere() throws IOException {
        CrashJournal journal = CrashJournal.open(directory, TOPIC);
        List<PartitionOffset> batch = LongStream.range(0, 1000)
                .mapToObj(offset -> new PartitionOffset(1, offset))
                .toList();
        assertThat(journal.process(List.of(FIRST), () -> 5)).isEqualTo(5);
        CrashJournal next = journal.process(batch, () -> opened(TOPIC));
        assertThat(batch).allMatch(next::isSuspect);
        next.acquit(batch);
        assertThat(opened(TOPIC).isSuspect(batch.get(0))).isFalse();
    }

    @Test
    void open_ofAnotherTopic_forgetsTheCounts() throws IOException {
        CrashJournal journal = CrashJournal.open(directory, TOPIC);
        assertThat(journal.process(List.of(FIRST), () -> opened("another")).isSuspect(FIRST))
                .isFalse();
        assertThat(opened(TOPIC).isSuspect(FIRST)).isFalse();
    }

    @Test
    void open_damagedFiles_areLeftOut() throws IOException {
        Files.write(directory.resolve("in-flight-0"), new byte[] {0, 0, 0, 9, 127, 127, 127, 127, 1});
        Files.write(directory.resolve("in-flight-1"), new byte[3]);
        Files.writeString(directory.resolve("counts"), TOPIC + "\nnot a line\n0 7 1\n0 x 1\n", StandardCharsets.UTF_8);
        assertThat(opened(TOPIC).isSuspect(FIRST)).isTrue();
    }

    private CrashJournal opened(String topic) {
        try {
            return CrashJournal.open(directory, topic);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What the process printed, and its exit code. */
    private List<Object> run() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Object> seen = new ArrayList<>(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("suspects") || line.startsWith("poison") || line.equals("done"))
                .toList());
        seen.add(process.waitFor());
        return seen;
    }
}
