package io.stillstream.contract;

import java.util.List;

/**
 * The names of the four topics.
 *
 * @param prompts the topic of prompts: {@link Prompt}s as JSON, keyed by conversation
 * @param teacherTargets the topic of what the teacher scored: {@link TeacherTargets} as Protobuf, keyed by conversation
 * @param deadLetters the topic of records that could not be processed, unchanged, with the headers of {@link DeadLetter}
 * @param studentSnapshots the topic of published snapshots: {@link SnapshotManifest}s as JSON, keyed by snapshot id,
 *     compacted
 */
public record Topics(String prompts, String teacherTargets, String deadLetters, String studentSnapshots) {

    public static Topics defaults() {
        return new Topics("prompts", "teacher-targets", "dead-letters", "student-snapshots");
    }

    public List<String> names() {
        return List.of(prompts, teacherTargets, deadLetters, studentSnapshots);
    }
}
