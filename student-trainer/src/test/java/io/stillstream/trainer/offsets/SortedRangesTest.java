package io.stillstream.trainer.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SortedRangesTest {

    @Test
    void common_rangesAroundARun_countsWhatLiesInIt() {
        var ranges = new SortedRanges(
                List.of(new OffsetRange(0, 30, 39), new OffsetRange(0, 5, 9), new OffsetRange(1, 0, 99)));
        assertThat(ranges.common(run(0, 0, 4))).isZero();
        assertThat(ranges.common(run(0, 9, 30))).isEqualTo(2);
        assertThat(ranges.common(run(0, 0, 99))).isEqualTo(15);
        assertThat(ranges.common(run(0, 33, 33))).isEqualTo(1);
        assertThat(ranges.common(run(0, 40, 50))).isZero();
        assertThat(ranges.common(run(2, 0, 99))).isZero();
        assertThat(new SortedRanges(List.of()).common(run(0, 0, 9))).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void common_anyRanges_isTheNumberOfOffsetsThatOneOfThemHolds(long seed) {
        var random = new Random(seed);
        List<OffsetRange> ranges = IntStream.range(0, 20)
                .mapToObj(i -> {
                    long first = random.nextInt(200);
                    return new OffsetRange(random.nextInt(2), first, first + random.nextInt(15));
                })
                .toList();
        var sorted = new SortedRanges(ranges);
        for (int i = 0; i < 200; i++) {
            long first = random.nextInt(210);
            DispositionRun run = run(random.nextInt(2), first, first + random.nextInt(60));
            assertThat(sorted.common(run))
                    .isEqualTo(LongStream.rangeClosed(run.first(), run.last())
                            .filter(offset -> ranges.stream().anyMatch(range -> range.holds(run.partition(), offset)))
                            .count());
        }
    }

    private static DispositionRun run(int partition, long first, long last) {
        return new DispositionRun(Disposition.TRAINED, partition, first, last);
    }
}
