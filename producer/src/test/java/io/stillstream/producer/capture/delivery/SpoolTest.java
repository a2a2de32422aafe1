package io.stillstream.producer.capture.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.capture.delivery.Backlog.Appended;
import io.stillstream.producer.capture.delivery.Backlog.Taken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk, in which order it comes back, and after which damage. */
class SpoolTest {

    private static final long MOST = 1 << 20;

    @TempDir
    private Path directory;

    private static Outgoing prompt(int number, int bytes) {
        return Outgoing.prompt(
                "prompts", utf8("conversation"), utf8(number + " " + "x".repeat(bytes)), number % 2 == 0);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int number(Taken taken) {
        String value = new String(taken.record().value(), StandardCharsets.UTF_8);
        return Integer.parseInt(value.substring(0, value.indexOf(' ')));
    }

    /** Takes what there is, and says that the first so many are done. */
    private static List<Integer> take(Backlog backlog, int done) throws InterruptedException {
        List<Integer> numbers = new ArrayList<>();
        for (Taken taken = backlog.take(Duration.ZERO); taken != null; taken = backlog.take(Duration.ZERO)) {
            numbers.add(number(taken));
            if (numbers.size() <= done) {
                backlog.done(taken.sequence());
            }
        }
        return numbers;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static void append(Backlog backlog, int from, int to, int bytes) {
        for (int i = from; i < to; i++) {
            assertThat(backlog.append(prompt(i, bytes))).isEqualTo(Appended.WAITING);
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".spool"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void spool_underALocaleWithOtherDigits_isFoundAgain() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa"));
        try {
            try (Spool spool = Spool.open(directory, MOST)) {
                append(spool, 0, 3, 10);
            }
            try (Spool again = Spool.open(directory, MOST)) {
                assertThat(take(again, 3)).containsExactly(0, 1, 2);
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void record_everyPartOfIt_comesBack() throws InterruptedException {
        var letter = Outgoing.letter(
                "dead-letters", utf8("line"), Map.of("a", utf8("1"), "b", utf8("")), RejectionCode.OTHER);
        try (Spool spool = Spool.open(directory, MOST)) {
            spool.append(letter);
            spool.append(prompt(2, 3));

            assertThat(spool.take(Duration.ZERO).record())
                    .usingRecursiveComparison()
                    .isEqualTo(letter);
            assertThat(spool.take(Duration.ZERO).record())
                    .usingRecursiveComparison()
                    .isEqualTo(prompt(2, 3));
        }
    }

    @Test
    void rewind_givesWhatIsNotDoneAgain_inOrder() throws InterruptedException {
        try (Spool spool = Spool.open(directory, MOST)) {
            append(spool, 0, 50, 10_000);
            assertThat(take(spool, 20)).isEqualTo(range(0, 50));

            spool.rewind();

            assertThat(spool.records()).isEqualTo(30);
            assertThat(take(spool, 30)).isEqualTo(range(20, 50));
            assertThat(spool.records()).isZero();
        }
    }

    @Test
    void nextProcess_goesOnWhereThisOneWasClosed() throws InterruptedException {
        try (Spool spool = Spool.open(directory, MOST)) {
            append(spool, 0, 50, 10_000);
            take(spool, 20);
        }
        try (Spool spool = Spool.open(directory, MOST)) {
            append(spool, 50, 55, 100);

            assertThat(take(spool, 35)).isEqualTo(range(20, 55));
        }
        try (Spool spool = Spool.open(directory, MOST)) {
            assertThat(spool.records()).isZero();
        }
    }

    @Test
    void killedProcess_leavesARecordUnfinished_theOthersComeBack() throws Exception {
        try (Spool spool = Spool.open(directory, MOST)) {
            append(spool, 0, 5, 100);
        }
        Path last = segments().get(segments().size() - 1);
        byte[] whole = Files.readAllBytes(last);
        for (int cut : new int[] {1, 50, 107, 160}) {
            Files.write(last, java.util.Arrays.copyOf(whole, whole.length - cut));

            try (Spool spool = Spool.open(directory, MOST)) {
                assertThat(take(spool, 0)).as("%d bytes missing", cut).isEqualTo(range(0, cut > 150 ? 3 : 4));
            }
        }
    }

    @Test
    void damage_anywhere_neverGivesAnotherRecordThanWasWritten() throws Exception {
        try (Spool spool = Spool.open(directory, MOST)) {
            append(spool, 0, 30, 500);
        }
        Path file = segments().get(0);
        byte[] whole = Files.readAllBytes(file);
        var random = new Random(7);
        for (int i = 0; i < 100; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);

            try (Spool spool = Spool.open(directory, MOST)) {
                List<Integer> found = take(spool, 0);
                assertThat(found).isEqualTo(range(0, found.size()));
            }
        }
    }

    @Test
    void full_refusesUntilThereIsRoomAgain_andShrinks() throws Exception {
        try (Spool spool = Spool.open(directory, MOST)) {
            int fit = 0;
            while (spool.append(prompt(fit, 10_000)) == Appended.WAITING) {
                fit++;
            }
            assertThat(fit).isBetween(95, 105);
            assertThat(spool.bytes()).isBetween(MOST - 11_000, MOST);

            assertThat(take(spool, fit)).isEqualTo(range(0, fit));

            assertThat(spool.bytes()).isLessThan(MOST / 4);
            append(spool, fit, fit + 50, 10_000);
            assertThat(take(spool, 50)).isEqualTo(range(fit, fit + 50));
        }
        long left = 0;
        for (Path file : segments()) {
            left += Files.size(file);
        }
        assertThat(left).isLessThan(MOST / 4);
    }

    @Test
    void positionDamaged_sendsAgainRatherThanLose() throws Exception {
        try (Spool spool = Spool.open(directory, MOST)) {
            append(spool, 0, 10, 10);
            take(spool, 6);
        }
        Files.write(directory.resolve("position"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});

        try (Spool spool = Spool.open(directory, MOST)) {
            assertThat(take(spool, 10)).isEqualTo(range(0, 10));
        }
    }

    @Test
    void secondProcess_isRefusedWithAReason() {
        try (Spool first = Spool.open(directory, MOST)) {
            assertThatThrownBy(() -> Spool.open(directory, MOST))
                    .isInstanceOf(ProducerException.class)
                    .hasMessageContaining("in use by another process");
            assertThat(first.append(prompt(0, 1))).isEqualTo(Appended.WAITING);
        }
    }

    @Test
    void memory_isBounded_andRewinds() throws InterruptedException {
        try (var backlog = new MemoryBacklog(100_000)) {
            int fit = 0;
            while (backlog.append(prompt(fit, 1000)) == Appended.WAITING) {
                fit++;
            }
            assertThat(fit).isBetween(70, 80);
            assertThat(take(backlog, 10)).isEqualTo(range(0, fit));

            backlog.rewind();

            assertThat(take(backlog, fit)).isEqualTo(range(10, fit));
            assertThat(backlog.bytes()).isZero();
        }
    }
}
