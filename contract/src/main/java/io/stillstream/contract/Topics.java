package io.stillstream.contract;

import java.util.List;

/**
 * The names of the four topics.
 *
 * @param prompts {@link Prompt}s as JSON, keyed by conversation
 * @param teacherTargets {@link TeacherTargets} as Protobuf, keyed by conversation
 * @param deadLetters records that were rejected, byte for byte as they came, with the headers of {@link DeadLetter}
 * @param studentSnapshots {@link SnapshotManifest}s as JSON, keyed by snapshot id, compacted
 */
public record Topics(String prompts, String teacherTargets, String deadLetters, String studentSnapshots) {

    public static Topics defaults() {
        return new Topics("prompts", "teacher-targets", "dead-letters", "student-snapshots");
    }

    public List<String> names() {
        return List.of(prompts, teacherTargets, deadLetters, studentSnapshots);
    }
}
