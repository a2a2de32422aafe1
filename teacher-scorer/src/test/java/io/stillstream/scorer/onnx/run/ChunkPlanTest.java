package io.stillstream.scorer.onnx.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChunkPlanTest {

    @Test
    void of_responsesOverSeveralChunks_saysWhichChunkHoldsWhich() {
        ChunkPlan plan = ChunkPlan.of(new int[] {3, 1, 4}, 3);
        assertThat(plan.chunks()).isEqualTo(3);
        assertThat(plan.size()).isEqualTo(3);
        assertThat(plan.slotCount()).isEqualTo(2);
        assertThat(plan.slotResponses()).containsExactly(0, 0, 1, 2, 2, 0);
        assertThat(plan.slotOfRow()).containsExactly(0, 0, 0, 0, 1, 1, 0, 0, 0);
        assertThat(plan.membership()).containsExactly(1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 50})
    void of_anyLimit_coversEachPositionOnceAndNoChunkExceedsIt(int most) {
        int[] counts = {5, 1, 1, 12, 2};
        ChunkPlan plan = ChunkPlan.of(counts, most);
        assertThat(plan.size()).isLessThanOrEqualTo(most);
        float[] ofResponses = new float[counts.length];
        int width = plan.slotCount();
        for (int chunk = 0; chunk < plan.chunks(); chunk++) {
            for (int slot = 0; slot < width; slot++) {
                for (int position = 0; position < plan.size(); position++) {
                    ofResponses[(int) plan.slotResponses()[chunk * width + slot]] +=
                            plan.membership()[(chunk * width + slot) * plan.size() + position];
                }
            }
        }
        assertThat(ofResponses).containsExactly(5, 1, 1, 12, 2);
        assertThat(plan.positions() - 21).isLessThan(plan.chunks());
    }

    @Test
    void assignment_ofSlots_isOneWhereTheyHoldAResponse() {
        ChunkPlan plan = ChunkPlan.of(new int[] {2, 2}, 3);
        assertThat(plan.chunks()).isEqualTo(2);
        assertThat(List.of(plan.slotCount(), plan.size())).containsExactly(1, 2);
        assertThat(plan.assignment()).containsExactly(1, 0, 0, 1);
    }
}
