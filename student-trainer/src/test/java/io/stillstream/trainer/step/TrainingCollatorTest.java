package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.student.Golden;
import io.stillstream.student.batch.StagingBuffer;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.torchscript.TorchEngine;
import io.stillstream.trainer.loss.TargetNeed;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainingCollatorTest {

    private static final DecoderConfig DECODER = DecoderConfig.read(Golden.tinyLlama());
    private static final float NONE = Float.NEGATIVE_INFINITY;

    /** Three labels, two of the teacher's positions with two columns, two pairs, two spans. */
    private static final TrainingSequence LONG = new TrainingSequence(
            new TokenSequence(new int[] {5, 6, 7, 8}, 1, 3),
            true,
            new TeacherSignal(
                    2,
                    new float[] {-1, -2, -3, -4},
                    new int[] {9, -1},
                    new int[] {0, 2},
                    new int[] {0, 1},
                    new int[] {30, 31, 32, 33},
                    new int[] {0, -1, 1},
                    new float[] {-0.5f, -0.25f},
                    TransportTargets.none()));

    /** Two labels that do not count, one of the teacher's positions, one pair, one span. */
    private static final TrainingSequence SHORT = new TrainingSequence(
            new TokenSequence(new int[] {5, 6, 7}, 1, 2),
            false,
            new TeacherSignal(
                    1,
                    new float[] {-5, -6},
                    new int[] {-1, 4},
                    new int[] {1},
                    new int[] {0},
                    new int[] {40, 41},
                    new int[] {-1, 0},
                    new float[] {-0.125f},
                    TransportTargets.none()));

    private final NDManager scope = TorchEngine.newScope();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void collate_noNeeds_isTheTextAndWhereEachPositionBelongs() {
        NDList batch = collate(Set.of());
        assertThat(batch.stream().map(NDArray::getName))
                .containsExactly(
                        "batch.source",
                        "batch.ids",
                        "batch.position",
                        "batch.label",
                        "batch.sequences",
                        "batch.sequence",
                        "batch.step",
                        "batch.share");
        assertThat(longs(batch, "label")).containsExactly(6, 7, 8, 6, 7);
        assertThat(longs(batch, "sequence")).containsExactly(0, 0, 0, 1, 1);
        assertThat(longs(batch, "step")).containsExactly(0, 1, 2, 0, 1);
        assertThat(floats(batch, "share")).containsExactly(1 / 3f, 1 / 3f, 1 / 3f, 0, 0);
    }

    @Test
    void collate_columns_padsTheShorterTeacherWithImpossibleTokens() {
        NDList batch = collate(Set.of(TargetNeed.COLUMNS));
        assertThat(floats(batch, "teacher")).containsExactly(-1, -2, -3, -4, -5, -6, NONE, NONE);
        assertThat(longs(batch, "teacher_length")).containsExactly(2, 1);
    }

    @Test
    void collate_pairedColumns_pointsIntoThePositionsOfAllSequences() {
        NDList batch = collate(Set.of(TargetNeed.PAIRED_COLUMNS));
        assertThat(longs(batch, "pair")).containsExactly(0, 2, 4);
        assertThat(longs(batch, "pair_place")).containsExactly(0, 1, 0);
        assertThat(floats(batch, "pair_share")).containsExactly(0.5f, 0.5f, 1);
        assertThat(floats(batch, "pair_teacher")).containsExactly(-1, -2, -3, -4, -5, -6);
        assertThat(longs(batch, "matched")).containsExactly(9, -1, -1, 4);
    }

    @Test
    void collate_sharedIds_areTheTeachersWhereAPositionIsPaired() {
        NDList batch = collate(Set.of(TargetNeed.SHARED_IDS));
        assertThat(longs(batch, "shared")).containsExactly(30, 31, 0, 1, 32, 33, 0, 1, 40, 41);
    }

    @Test
    void collate_spans_numbersThoseOfAllSequencesAndLeavesOneForNone() {
        NDList batch = collate(EnumSet.of(TargetNeed.SPANS));
        assertThat(longs(batch, "span")).containsExactly(0, 3, 1, 3, 2);
        assertThat(floats(batch, "span_teacher")).containsExactly(-0.5f, -0.25f, -0.125f);
        assertThat(floats(batch, "span_share")).containsExactly(0.5f, 0.5f, 1);
    }

    private NDList collate(Set<TargetNeed> needs) {
        return new TrainingCollator(scope, new StagingBuffer(), DECODER, List.of(LONG, SHORT)).collate(needs);
    }

    private static long[] longs(NDList batch, String name) {
        return batch.get("batch." + name).toLongArray();
    }

    private static float[] floats(NDList batch, String name) {
        return batch.get("batch." + name).toFloatArray();
    }
}
