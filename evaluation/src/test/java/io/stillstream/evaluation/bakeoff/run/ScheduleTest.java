package io.stillstream.evaluation.bakeoff.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.plan.Budget;
import io.stillstream.evaluation.bakeoff.plan.BudgetUnit;
import io.stillstream.evaluation.bakeoff.plan.StepSize;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScheduleTest {

    private static final StepSize TWO_TEXTS = new StepSize.Texts(2);

    @Test
    void nextStep_tokenBudget_endsWithTheStepThatReachesIt() {
        Schedule schedule = new Schedule(texts(20, 10), TWO_TEXTS, new Budget(BudgetUnit.LABEL_TOKENS, 50, 50), 0);

        run(schedule);

        // Steps of 20 label tokens: 40 are too few.
        assertThat(schedule.steps()).isEqualTo(3);
        assertThat(schedule.labelTokens()).isEqualTo(60);
    }

    @Test
    void nextStep_tokenBudgetReachedExactly_takesNoStepMore() {
        Schedule schedule = new Schedule(texts(20, 10), TWO_TEXTS, new Budget(BudgetUnit.LABEL_TOKENS, 60, 50), 0);

        run(schedule);

        assertThat(schedule.steps()).isEqualTo(3);
    }

    @Test
    void nextStep_tokenBudget_isSpentOnLabelsAndNotOnPrompts() {
        List<TextLength> shortPrompts = IntStream.range(0, 30)
                .mapToObj(i -> new TextLength(8 + i, 3 + i % 5))
                .toList();
        List<TextLength> longPrompts = shortPrompts.stream()
                .map(length -> new TextLength(1000 + length.tokens(), length.labelTokens()))
                .toList();
        Budget budget = new Budget(BudgetUnit.LABEL_TOKENS, 200, 40);

        assertThat(run(new Schedule(shortPrompts, TWO_TEXTS, budget, 7)))
                .isEqualTo(run(new Schedule(longPrompts, TWO_TEXTS, budget, 7)))
                .isNotEqualTo(run(new Schedule(shortPrompts, TWO_TEXTS, budget, 8)));
    }

    @Test
    void nextStep_textsThatTheStudentCannotTake_spendNothing() {
        List<TextLength> lengths = List.of(TextLength.NONE, new TextLength(30, 10), TextLength.NONE);
        Schedule schedule =
                new Schedule(lengths, new StepSize.Texts(1), new Budget(BudgetUnit.LABEL_TOKENS, 20, 20), 0);

        run(schedule);

        assertThat(schedule.labelTokens()).isEqualTo(20);
        assertThat(schedule.steps()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void nextStep_stepBudget_isSoManySteps() {
        Schedule schedule = new Schedule(texts(20, 10), TWO_TEXTS, new Budget(BudgetUnit.STEPS, 7, 3), 0);

        assertThat(run(schedule)).hasSize(7);
    }

    @Test
    void coming_stepsAhead_areThoseThatAreTakenThen() {
        Budget budget = new Budget(BudgetUnit.LABEL_TOKENS, 130, 40);
        Schedule schedule = new Schedule(texts(7, 10), TWO_TEXTS, budget, 3);
        List<List<Integer>> plain = run(new Schedule(texts(7, 10), TWO_TEXTS, budget, 3));
        List<List<Integer>> taken = new ArrayList<>();

        assertThat(schedule.coming(3)).isEqualTo(plain.subList(0, 3));
        while (schedule.goesOn()) {
            taken.add(schedule.nextStep());
            int steps = schedule.steps();
            assertThat(schedule.coming(2)).isEqualTo(plain.subList(steps, Math.min(steps + 2, plain.size())));
        }

        assertThat(taken).isEqualTo(plain).hasSize(7);
        assertThat(schedule.labelTokens()).isEqualTo(140);
        assertThat(schedule.coming(2)).isEmpty();
    }

    @Test
    void pointsDue_steps_areTheMultiplesAndTheEnd() {
        Schedule schedule = new Schedule(texts(20, 10), TWO_TEXTS, new Budget(BudgetUnit.STEPS, 7, 3), 0);

        assertThat(points(schedule)).containsExactly(0, 0, 1, 0, 0, 1, 1);
    }

    @Test
    void pointsDue_endOnAMultiple_isOnePoint() {
        Schedule schedule = new Schedule(texts(20, 10), TWO_TEXTS, new Budget(BudgetUnit.STEPS, 6, 3), 0);

        assertThat(points(schedule)).containsExactly(0, 0, 1, 0, 0, 1);
    }

    @Test
    void pointsDue_tokens_areAsManyForEverySeed() {
        List<TextLength> lengths = IntStream.range(0, 40)
                .mapToObj(i -> new TextLength(50 + i, 1 + i * i % 31))
                .toList();
        Budget budget = new Budget(BudgetUnit.LABEL_TOKENS, 1000, 90);
        for (long seed = 0; seed < 10; seed++) {
            List<Integer> points = points(new Schedule(lengths, TWO_TEXTS, budget, seed));

            // Eleven multiples of 90, and the end.
            assertThat(points.stream().mapToInt(Integer::intValue).sum()).isEqualTo(12);
            assertThat(points.get(points.size() - 1)).isPositive();
        }
    }

    @Test
    void pointsDue_stepLongerThanTheDistance_isAPointForEachMultiple() {
        Schedule schedule = new Schedule(texts(20, 10), TWO_TEXTS, new Budget(BudgetUnit.LABEL_TOKENS, 40, 5), 0);

        assertThat(points(schedule)).containsExactly(4, 4);
    }

    @Test
    void budget_none_isRefused() {
        assertThatThrownBy(() -> new Budget(BudgetUnit.LABEL_TOKENS, 0, 1))
                .isInstanceOf(EvaluationException.class)
                .hasMessage("tokens is 0; expected at least 1");
        assertThatThrownBy(() -> new Budget(BudgetUnit.STEPS, 1, 0))
                .isInstanceOf(EvaluationException.class)
                .hasMessage("evaluate-every is 0; expected at least 1");
    }

    private static List<TextLength> texts(int count, int labels) {
        return IntStream.range(0, count)
                .mapToObj(i -> new TextLength(3 * labels, labels))
                .toList();
    }

    private static List<List<Integer>> run(Schedule schedule) {
        List<List<Integer>> steps = new ArrayList<>();
        while (schedule.goesOn()) {
            steps.add(schedule.nextStep());
        }
        return steps;
    }

    /** After each step. */
    private static List<Integer> points(Schedule schedule) {
        List<Integer> points = new ArrayList<>();
        while (schedule.goesOn()) {
            schedule.nextStep();
            points.add(schedule.pointsDue());
        }
        return points;
    }
}
