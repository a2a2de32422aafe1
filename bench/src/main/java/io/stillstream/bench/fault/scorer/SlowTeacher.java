package io.stillstream.bench.fault.scorer;

import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.Teacher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** A teacher whose first batch takes long, and which counts how often it scores each prompt. */
final class SlowTeacher implements Teacher {

    private final Teacher teacher;
    private final Duration firstBatch;
    private final AtomicBoolean first = new AtomicBoolean(true);
    private final Map<String, Integer> timesScored = new ConcurrentHashMap<>();

    SlowTeacher(Teacher teacher, Duration firstBatch) {
        this.teacher = teacher;
        this.firstBatch = firstBatch;
    }

    /** The most often that any prompt was scored. */
    int mostTimesScored() {
        return timesScored.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    @Override
    public List<Scoring> score(List<Admission.Admitted> batch) {
        batch.forEach(admitted -> timesScored.merge(admitted.request().id(), 1, Integer::sum));
        if (first.getAndSet(false)) {
            try {
                Thread.sleep(firstBatch.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ScorerException("interrupted in the slow batch", e);
            }
        }
        return teacher.score(batch);
    }

    @Override
    public TeacherIdentity identity() {
        return teacher.identity();
    }

    @Override
    public int contextWindow() {
        return teacher.contextWindow();
    }

    @Override
    public Vocabulary vocabulary() {
        return teacher.vocabulary();
    }

    @Override
    public Admission admit(ScoringRequest request) {
        return teacher.admit(request);
    }

    @Override
    public void close() {
        teacher.close();
    }
}
