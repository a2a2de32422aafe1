package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.trainer.loop.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StepBatcherTest {

    @Test
    void add_sequenceBeyondTheBudget_closesTheStepBeforeIt() {
        var batcher = new StepBatcher(10, 0);
        assertThat(batcher.add(queued(0, 4))).isEmpty();
        assertThat(batcher.add(queued(1, 6))).isEmpty();
        assertThat(offsets(batcher.add(queued(2, 1)))).containsExactly(0L, 1L);
        assertThat(batcher.buffered()).hasSize(1);
    }

    @Test
    void add_sequenceLargerThanTheBudget_isAStepOfItsOwn() {
        var batcher = new StepBatcher(10, 0);
        assertThat(batcher.add(queued(0, 11))).isEmpty();
        assertThat(offsets(batcher.add(queued(1, 2)))).containsExactly(0L);
    }

    @Test
    void admits_studentWritten_upToItsBudgetInEachStep() {
        var batcher = new StepBatcher(10, 4);
        assertThat(batcher.admits(byStudent(0, 5))).isFalse();
        assertThat(batcher.admits(byStudent(0, 3))).isTrue();
        assertThat(batcher.add(byStudent(0, 3))).isEmpty();
        assertThat(batcher.admits(byStudent(1, 2))).isFalse();
        assertThat(batcher.admits(queued(1, 7))).isTrue();
        assertThat(batcher.add(queued(1, 7))).isEmpty();
        assertThat(offsets(batcher.add(queued(2, 2)))).containsExactly(0L, 1L);
        assertThat(batcher.admits(byStudent(3, 4))).isTrue();
    }

    @Test
    void flush_nothingWaits_isEmpty() {
        var batcher = new StepBatcher(10, 0);
        assertThat(batcher.flush()).isEmpty();
        var unused = batcher.add(queued(0, 3));
        assertThat(offsets(batcher.flush())).containsExactly(0L);
        assertThat(batcher.buffered()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void add_startedOverAtAStep_givesTheSameSteps(long seed) {
        var random = new Random(seed);
        List<QueuedSequence> stream = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stream.add(queued(i, 2 + random.nextInt(30)));
        }
        List<List<Long>> straight = steps(stream);
        assertThat(straight).hasSizeGreaterThan(20);
        long next = straight.get(10).get(0);
        assertThat(steps(stream.subList((int) next, stream.size()))).isEqualTo(straight.subList(10, straight.size()));
    }

    private static List<List<Long>> steps(List<QueuedSequence> stream) {
        var batcher = new StepBatcher(100, 0);
        List<List<Long>> steps = new ArrayList<>();
        stream.forEach(next -> batcher.add(next).ifPresent(step -> steps.add(offsets(Optional.of(step)))));
        return steps;
    }

    private static List<Long> offsets(Optional<List<QueuedSequence>> step) {
        return step.orElseThrow().stream()
                .map(queued -> queued.record().offset())
                .toList();
    }

    private static QueuedSequence byStudent(long offset, int length) {
        return queued(offset, length, Samples.byToken("p", "r", Split.TRAIN, Author.student("tiny-1"), "bb"));
    }

    private static QueuedSequence queued(long offset, int length) {
        return queued(offset, length, Samples.targets("p", "r"));
    }

    private static QueuedSequence queued(long offset, int length, TeacherTargets targets) {
        return new QueuedSequence(
                Samples.record(offset, targets),
                new TokenizedTarget(
                        targets,
                        new int[length - 1],
                        new int[1],
                        new int[] {1},
                        TeacherPlaces.of(targets.tokens(), targets.responseText(), targets.responseText(), 1),
                        OptionalInt.empty(),
                        false),
                List.of());
    }
}
