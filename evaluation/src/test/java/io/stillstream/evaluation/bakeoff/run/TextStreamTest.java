package io.stillstream.evaluation.bakeoff.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.evaluation.bakeoff.plan.StepSize;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TextStreamTest {

    @Test
    void nextStep_oneEpoch_showsEveryTextOnce() {
        TextStream stream = new TextStream(new int[12], new StepSize.Texts(4), 3);

        List<Integer> shown = new ArrayList<>();
        for (int step = 0; step < 3; step++) {
            shown.addAll(stream.nextStep());
        }

        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 12).boxed().toList());
    }

    @Test
    void nextStep_secondEpoch_hasAnotherOrder() {
        TextStream stream = new TextStream(new int[50], new StepSize.Texts(50), 0);

        List<Integer> first = stream.nextStep();
        List<Integer> second = stream.nextStep();

        assertThat(second).containsExactlyInAnyOrderElementsOf(first).isNotEqualTo(first);
    }

    @Test
    void nextStep_sameSeed_isTheSameOrderAndAnotherSeedIsNot() {
        assertThat(first(5)).isEqualTo(first(5)).isNotEqualTo(first(6));
    }

    @Test
    void nextStep_tokenBudget_holdsWhatFits() {
        TextStream stream = new TextStream(new int[] {3, 3, 3, 3}, new StepSize.Tokens(7), 0);

        assertThat(stream.nextStep()).hasSize(2);
        assertThat(stream.nextStep()).hasSize(2);
    }

    @Test
    void nextStep_textLargerThanTheBudget_isAStepOfItsOwn() {
        TextStream stream = new TextStream(new int[] {30, 30}, new StepSize.Tokens(7), 0);

        assertThat(stream.nextStep()).hasSize(1);
    }

    @Test
    void nextStep_budgetBeyondTheStream_isAllOfIt() {
        TextStream stream = new TextStream(new int[] {1, 2, 3}, new StepSize.Tokens(1000), 0);

        assertThat(stream.nextStep()).containsExactlyInAnyOrder(0, 1, 2);
    }

    private static List<Integer> first(long seed) {
        return new TextStream(new int[40], new StepSize.Texts(8), seed).nextStep();
    }
}
