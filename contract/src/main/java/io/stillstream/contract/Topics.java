package io.stillstream.contract;

import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.source.SourcePosition;
import io.stillstream.contract.target.TeacherTargets;
import java.util.List;

/**
 * The names of the topics.
 *
 * @param prompts the topic of prompts: {@link Prompt}s as JSON, keyed by conversation
 * @param teacherTargets the topic of what the teacher scored: {@link TeacherTargets} as Protobuf, keyed by conversation
 * @param deadLetters the topic of records that could not be processed, with the headers of {@link DeadLetter}
 * @param studentSnapshots the topic of published snapshots: {@link SnapshotManifest}s as JSON, keyed by snapshot id,
 *     compacted
 * @param producerPositions the topic of how far each source was read: {@link SourcePosition}s as JSON, keyed by source,
 *     compacted
 * @param studentRollout the topic of which snapshot serves: its state, the decisions that led there, and what is still to be
 *     delivered, as JSON under the keys of {@code RolloutKeys}, compacted
 * @param rolloutInputs the topic of commands to the rollout and of what was observed of a candidate: {@code RolloutInput}s as
 *     JSON, in one partition
 * @param trainingControl the topic of what takes the running trainer back, and of its answers: {@code RewindOrder}s and
 *     {@code RewindAnswer}s as JSON under the keys of {@code RewindKeys}, compacted
 * @param servedOutcomes the topic of what became of calls that the proxy routed by the rollout: {@code ServedOutcome}s as JSON,
 *     keyed by conversation
 */
public record Topics(
        String prompts,
        String teacherTargets,
        String deadLetters,
        String studentSnapshots,
        String producerPositions,
        String studentRollout,
        String rolloutInputs,
        String trainingControl,
        String servedOutcomes) {

    public static Topics defaults() {
        return new Topics(
                "prompts",
                "teacher-targets",
                "dead-letters",
                "student-snapshots",
                "producer-positions",
                "student-rollout",
                "rollout-inputs",
                "student-training-control",
                "served-outcomes");
    }

    public List<String> names() {
        return List.of(
                prompts,
                teacherTargets,
                deadLetters,
                studentSnapshots,
                producerPositions,
                studentRollout,
                rolloutInputs,
                trainingControl,
                servedOutcomes);
    }
}
