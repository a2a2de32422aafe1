package io.stillstream.scorer.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.scorer.onnx.run.PrefixGroups.Group;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PrefixGroupsTest {

    private static final int[] UNLIMITED = {100, 100, 100, 100, 100, 100};

    @Test
    void of_textsThatBeginAlike_areOneGroupWhateverTheirOrder() {
        List<int[]> texts = List.of(
                new int[] {1, 2, 3, 9},
                new int[] {7, 7},
                new int[] {1, 2, 3, 4, 5},
                new int[] {5, 6, 7, 1},
                new int[] {5, 6, 7, 2},
                new int[] {1, 2, 3});
        assertThat(PrefixGroups.of(texts, UNLIMITED, 3))
                .containsExactlyInAnyOrder(
                        new Group(List.of(5, 2, 0), 3), new Group(List.of(3, 4), 3), new Group(List.of(1), 0));
    }

    @Test
    void of_beginningShorterThanIsWorthARun_isNotShared() {
        List<int[]> texts = List.of(new int[] {1, 2, 3}, new int[] {1, 2, 4});
        assertThat(PrefixGroups.of(texts, UNLIMITED, 3)).containsExactly(new Group(List.of(0, 1), 0));
        assertThat(PrefixGroups.of(texts, UNLIMITED, 2)).containsExactly(new Group(List.of(0, 1), 2));
    }

    @Test
    void of_textsWhoseWantedPositionsBeginEarly_shareNoMoreThanComesBefore() {
        List<int[]> texts = List.of(new int[] {1, 2, 3, 4, 5}, new int[] {1, 2, 3, 4, 6});
        assertThat(PrefixGroups.of(texts, new int[] {4, 3}, 2)).containsExactly(new Group(List.of(0, 1), 3));
        assertThat(PrefixGroups.of(texts, new int[] {4, 1}, 2)).containsExactly(new Group(List.of(0, 1), 0));
    }
}
