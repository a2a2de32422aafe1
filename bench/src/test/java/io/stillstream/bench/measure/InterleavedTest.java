package io.stillstream.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InterleavedTest {

    @Test
    void medians_things_measuresEachInEveryRoundAndForgetsTheFirst() {
        List<String> calls = new ArrayList<>();
        double[] first = {100, 3, 1, 2, 9};
        double[] second = {-50, 5, 5, 7, 4};
        double[] medians = new Interleaved(4, Duration.ZERO, Duration.ZERO)
                .medians(List.of(() -> next("a", first, calls), () -> next("b", second, calls)));
        assertThat(medians).containsExactly(2.5, 5);
        for (int round = 0; round <= 4; round++) {
            assertThat(calls.subList(2 * round, 2 * round + 2)).containsExactlyInAnyOrder("a", "b");
        }
    }

    private static double next(String name, double[] values, List<String> calls) {
        long before = calls.stream().filter(name::equals).count();
        calls.add(name);
        return values[(int) before];
    }
}
