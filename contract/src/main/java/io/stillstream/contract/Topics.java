package io.stillstream.contract;

import java.util.List;

/**
 * The names of the five topics.
 *
 * @param prompts the topic of prompts: {@link Prompt}s as JSON, keyed by conversation
 * @param teacherTargets the topic of what the teacher scored: {@link TeacherTargets} as Protobuf, keyed by conversation
 * @param deadLetters the topic of records that could not be processed, with the headers of {@link DeadLetter}
 * @param studentSnapshots the topic of published snapshots: {@link SnapshotManifest}s as JSON, keyed by snapshot id,
 *     compacted
 * @param producerPositions the topic of how far each source was read: {@link SourcePosition}s as JSON, keyed by source,
 *     compacted
 */
public record Topics(
        String prompts, String teacherTargets, String deadLetters, String studentSnapshots, String producerPositions) {

    public static Topics defaults() {
        return new Topics("prompts", "teacher-targets", "dead-letters", "student-snapshots", "producer-positions");
    }

    public List<String> names() {
        return List.of(prompts, teacherTargets, deadLetters, studentSnapshots, producerPositions);
    }
}
