package io.stillstream.student.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.student.StudentException;
import io.stillstream.student.torchscript.TorchEngine;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollatorTest {

    @Test
    void collate_unequalLengths_padsOnTheRightAndPredictsFromThePositionBefore() {
        // A prompt of 2 with 3 labels and an id after them, and a prompt of 1 with 1 label.
        List<TokenSequence> sequences = List.of(
                new TokenSequence(new int[] {11, 12, 13, 14, 15, 16}, 2, 3),
                new TokenSequence(new int[] {21, 22}, 1, 1));
        try (NDManager scope = TorchEngine.newScope()) {
            NDList batch = new Collator(scope, new StagingBuffer()).collate(sequences);
            assertThat(batch.get(0).getShape().getShape()).containsExactly(2, 4);
            assertThat(batch.get(0).toLongArray()).containsExactly(11, 12, 13, 14, 21, 0, 0, 0);
            assertThat(batch.get(1).toLongArray()).containsExactly(1, 2, 3, 4);
            assertThat(batch.get(2).toLongArray()).containsExactly(13, 14, 15, 22);
        }
    }

    @Test
    void collate_moreThanTheStagingBufferHolds_keepsEarlierArrays() {
        int[] ids = new int[200_000];
        ids[0] = 7;
        ids[199_999] = 9;
        List<TokenSequence> large = List.of(new TokenSequence(ids, 1, 199_999));
        try (NDManager scope = TorchEngine.newScope()) {
            Collator collator = new Collator(scope, new StagingBuffer());
            NDList first = collator.collate(large);
            NDList second = collator.collate(List.of(new TokenSequence(new int[] {1, 2}, 1, 1)));
            assertThat(first.get(0).getLong(0, 0)).isEqualTo(7);
            assertThat(first.get(2).getLong(199_998)).isEqualTo(9);
            assertThat(second.get(2).toLongArray()).containsExactly(2);
        }
    }

    @Test
    void tokenSequence_withoutPromptOrLabels_saysWhatWasExpected() {
        assertThatThrownBy(() -> new TokenSequence(new int[] {1, 2}, 0, 1))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("a sequence of 2 tokens cannot have a prompt of 0 and 1 labels");
        assertThatThrownBy(() -> new TokenSequence(new int[] {1, 2}, 1, 2)).isInstanceOf(StudentException.class);
    }
}
