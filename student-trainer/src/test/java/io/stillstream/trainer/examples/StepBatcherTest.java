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
    void isFull_sequencesReachTheBudget_fromTheOneThatDoes() {
        var batcher = new StepBatcher(10, 0);
        batcher.add(queued(0, 4));
        batcher.add(queued(1, 5));
        assertThat(batcher.isFull()).isFalse();
        batcher.add(queued(2, 3));
        assertThat(batcher.isFull()).isTrue();
        assertThat(offsets(batcher.flush())).containsExactly(0L, 1L, 2L);
        assertThat(batcher.isFull()).isFalse();
        assertThat(batcher.buffered()).isEmpty();
    }

    @Test
    void isFull_sequenceLargerThanTheBudget() {
        var batcher = new StepBatcher(10, 0);
        batcher.add(queued(0, 11));
        assertThat(batcher.isFull()).isTrue();
        assertThat(offsets(batcher.flush())).containsExactly(0L);
    }

    @Test
    void admits_studentWritten_upToItsBudgetInEachStep() {
        var batcher = new StepBatcher(10, 4);
        assertThat(batcher.admits(byStudent(0, 5))).isFalse();
        assertThat(batcher.admits(byStudent(0, 3))).isTrue();
        batcher.add(byStudent(0, 3));
        assertThat(batcher.admits(byStudent(1, 2))).isFalse();
        assertThat(batcher.admits(queued(1, 7))).isTrue();
        batcher.add(queued(1, 7));
        assertThat(offsets(batcher.flush())).containsExactly(0L, 1L);
        assertThat(batcher.admits(byStudent(3, 4))).isTrue();
    }

    @Test
    void flush_notFull_isWhatThereIs() {
        var batcher = new StepBatcher(10, 0);
        assertThat(batcher.flush()).isEmpty();
        batcher.add(queued(0, 3));
        assertThat(offsets(batcher.flush())).containsExactly(0L);
        assertThat(batcher.buffered()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void steps_startedOverBehindAStep_areTheSame(long seed) {
        List<QueuedSequence> stream = stream(seed);
        List<List<Long>> straight = steps(stream);
        assertThat(straight).hasSizeGreaterThan(20);
        List<Long> last = straight.get(9);
        int next = (int) (last.get(last.size() - 1) + 1);
        assertThat(steps(stream.subList(next, stream.size()))).isEqualTo(straight.subList(10, straight.size()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void steps_ofAStreamWithoutWhatCameAfterAStep_areTheSameUpToIt(long seed) {
        List<QueuedSequence> stream = stream(seed);
        List<List<Long>> straight = steps(stream);
        for (List<Long> step : straight) {
            int end = (int) (step.get(step.size() - 1) + 1);
            List<List<Long>> without = steps(stream.subList(0, end));
            assertThat(straight.subList(0, without.size())).isEqualTo(without);
            assertThat(without.get(without.size() - 1)).isEqualTo(step);
        }
    }

    private static List<QueuedSequence> stream(long seed) {
        var random = new Random(seed);
        List<QueuedSequence> stream = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stream.add(queued(i, 2 + random.nextInt(30)));
        }
        return stream;
    }

    private static List<List<Long>> steps(List<QueuedSequence> stream) {
        var batcher = new StepBatcher(100, 0);
        List<List<Long>> steps = new ArrayList<>();
        for (QueuedSequence next : stream) {
            batcher.add(next);
            if (batcher.isFull()) {
                steps.add(offsets(batcher.flush()));
            }
        }
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
