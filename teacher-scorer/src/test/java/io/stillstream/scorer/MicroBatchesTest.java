package io.stillstream.scorer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MicroBatchesTest {

    private static final int RUN_TOKENS = 20;

    @Test
    void of_lengthsFarApart_areBatchedApart() {
        assertThat(lengths(batches(4096, 32, admitted(10, 500, 12, 480, 11))))
                .containsExactly(List.of(500, 480), List.of(12, 11, 10));
    }

    @Test
    void of_aFewTokensApart_areOneBatch() {
        assertThat(lengths(batches(4096, 32, admitted(10, 14, 12)))).containsExactly(List.of(14, 12, 10));
    }

    @Test
    void of_oneLongerThanTheBudget_isAlone() {
        assertThat(lengths(batches(100, 32, admitted(300, 60, 50))))
                .containsExactly(List.of(300), List.of(60), List.of(50));
    }

    @Test
    void of_promptsToBeGenerated_areNotMixedWithOthers() {
        List<Admission.Admitted> admitted = new ArrayList<>(admitted(10, 11));
        admitted.add(admitted(12, "generated", null));
        assertThat(lengths(batches(4096, 32, admitted))).containsExactly(List.of(11, 10), List.of(12));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void of_anyLengths_costNoMoreThanAnyOtherCut(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] lengths = random.ints(9, 1, 120).toArray();
        List<List<Integer>> batches = lengths(batches(250, 4, admitted(lengths)));
        assertThat(batches)
                .allSatisfy(batch -> assertThat(batch.size() * batch.get(0)).isLessThanOrEqualTo(250));
        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(4));
        int cost = batches.stream()
                .mapToInt(batch -> RUN_TOKENS + batch.size() * batch.get(0))
                .sum();
        int[] sorted = Arrays.stream(lengths)
                .map(length -> -length)
                .sorted()
                .map(length -> -length)
                .toArray();
        assertThat(cost).isEqualTo(leastCost(sorted, 0));
    }

    private static int leastCost(int[] sorted, int from) {
        if (from == sorted.length) {
            return 0;
        }
        int least = Integer.MAX_VALUE;
        for (int size = 1; size <= Math.min(4, sorted.length - from); size++) {
            if (size == 1 || size * sorted[from] <= 250) {
                least = Math.min(least, RUN_TOKENS + size * sorted[from] + leastCost(sorted, from + size));
            }
        }
        return least;
    }

    private static List<List<Admission.Admitted>> batches(
            int maxTokens, int maxRecords, List<Admission.Admitted> admitted) {
        return new MicroBatches(maxTokens, maxRecords).of(admitted, Function.identity());
    }

    private static List<List<Integer>> lengths(List<List<Admission.Admitted>> batches) {
        return batches.stream()
                .map(batch -> batch.stream().map(Admission.Admitted::tokens).toList())
                .toList();
    }

    private static List<Admission.Admitted> admitted(int... lengths) {
        return Arrays.stream(lengths)
                .mapToObj(length -> admitted(length, "id" + length, "answer"))
                .toList();
    }

    private static Admission.Admitted admitted(int tokens, String id, @Nullable String response) {
        return new Admission.Admitted(
                new ScoringRequest(id, "text", response),
                new TokenizedResponse(new int[] {1}, new int[] {1}, new int[] {1}),
                tokens);
    }
}
