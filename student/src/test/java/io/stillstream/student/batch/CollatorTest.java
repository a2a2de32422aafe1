package io.stillstream.student.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.torchscript.TorchEngine;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollatorTest {

    private static final DecoderConfig DECODER = DecoderConfig.read(Golden.tinyLlama());

    @TempDir
    private Path directory;

    @Test
    void collate_unequalLengths_padsOnTheRightAndPredictsFromThePositionBefore() {
        // A prompt of 2 with 3 labels and an id after them, and a prompt of 1 with 1 label.
        List<TokenSequence> sequences = List.of(
                new TokenSequence(new int[] {11, 12, 13, 14, 15, 16}, 2, 3),
                new TokenSequence(new int[] {21, 22}, 1, 1));
        try (NDManager scope = TorchEngine.newScope()) {
            NDList batch = new Collator(scope, new StagingBuffer(), DECODER).collate(sequences);
            assertThat(batch.get(1).getShape().getShape()).containsExactly(2, 4);
            assertThat(batch.get(1).toLongArray()).containsExactly(11, 12, 13, 14, 21, 0, 0, 0);
            assertThat(batch.get(2).toLongArray()).containsExactly(1, 2, 3, 4);
            assertThat(batch.get(3).toLongArray()).containsExactly(13, 14, 15, 22);
        }
    }

    @Test
    void collate_withEncoder_promptsAreTheSourceUpToTheirLastToken() {
        DecoderConfig encoding = DecoderConfig.read(FamilyGolden.model("t5", directory));
        List<TokenSequence> sequences = List.of(
                new TokenSequence(new int[] {11, 12, 13, 0, 14, 15, 16}, 4, 2),
                new TokenSequence(new int[] {21, 0, 22, 23, 24}, 2, 3));
        try (NDManager scope = TorchEngine.newScope()) {
            NDList batch = new Collator(scope, new StagingBuffer(), encoding).collate(sequences);
            assertThat(batch.get(0).getShape().getShape()).containsExactly(2, 3);
            assertThat(batch.get(0).toLongArray()).containsExactly(11, 12, 13, 21, -1, -1);
            assertThat(batch.get(1).getShape().getShape()).containsExactly(2, 3);
            assertThat(batch.get(1).toLongArray()).containsExactly(0, 14, 0, 0, 22, 23);
            assertThat(batch.get(2).toLongArray()).containsExactly(0, 1, 3, 4, 5);
            assertThat(batch.get(3).toLongArray()).containsExactly(14, 15, 22, 23, 24);
        }
    }

    @Test
    void divide_withEncoder_countsWhatBothSidesArePaddedTo() {
        DecoderConfig encoding = DecoderConfig.read(FamilyGolden.model("t5", directory));
        // Of 11 tokens each: padded to the longer source and the longer response, two of them are 40.
        List<TokenSequence> sequences =
                List.of(new TokenSequence(new int[12], 11, 1), new TokenSequence(new int[12], 2, 10));
        assertThat(new MicroBatches(encoding, 40).divide(sequences)).hasSize(1);
        assertThat(new MicroBatches(encoding, 39).divide(sequences)).hasSize(2);
        assertThatThrownBy(() -> new MicroBatches(encoding, 40).divide(List.of(new TokenSequence(new int[2], 1, 1))))
                .isInstanceOf(StudentException.class)
                .hasMessage("sequence 0 has a prompt of 1 token; expected one for the encoder and, behind it, the one"
                        + " that begins the response");
    }

    @Test
    void collate_moreThanTheStagingBufferHolds_keepsEarlierArrays() {
        int[] ids = new int[200_000];
        ids[0] = 7;
        ids[199_999] = 9;
        List<TokenSequence> large = List.of(new TokenSequence(ids, 1, 199_999));
        try (NDManager scope = TorchEngine.newScope()) {
            Collator collator = new Collator(scope, new StagingBuffer(), DECODER);
            NDList first = collator.collate(large);
            NDList second = collator.collate(List.of(new TokenSequence(new int[] {1, 2}, 1, 1)));
            assertThat(first.get(1).getLong(0, 0)).isEqualTo(7);
            assertThat(first.get(3).getLong(199_998)).isEqualTo(9);
            assertThat(second.get(3).toLongArray()).containsExactly(2);
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
