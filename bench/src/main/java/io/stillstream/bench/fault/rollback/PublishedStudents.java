package io.stillstream.bench.fault.rollback;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.student.model.Student;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.GoldenRecorder;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Snapshots as a trainer publishes them: copies of a student whose weights differ a little from one to the next. */
final class PublishedStudents {

    private static final String WEIGHTS = "model.safetensors";
    private static final int ID_DIGITS = 12;
    private static final int LENGTH_BYTES = 8;
    private static final double STEP_NOISE = 0.01;
    private static final List<String> GOLDEN = List.of("Once upon a time", "The dog was");

    private final Path student;
    private final Path root;

    /**
     * @param student a Hugging Face directory with its weights in one file of 32-bit numbers
     * @param root where a trainer would keep its files
     */
    PublishedStudents(Path student, Path root) throws IOException {
        this.student = student;
        this.root = root;
        Files.createDirectories(root.resolve(SnapshotDirectory.SNAPSHOTS));
    }

    SnapshotReference publish(int step) throws IOException {
        Path draft = root.resolve("draft-" + step);
        Files.createDirectories(draft);
        try (Stream<Path> files = Files.list(student)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, draft.resolve(file.getFileName().toString()));
            }
        }
        disturb(draft.resolve(WEIGHTS), step * STEP_NOISE);
        Files.write(draft.resolve(GoldenPrompts.FILE_NAME), golden(draft).toJson());
        Map<String, FileDigest> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(draft)) {
            for (Path file : entries.toList()) {
                files.put(file.getFileName().toString(), new FileDigest(Digests.sha256(file), Files.size(file)));
            }
        }
        String hash = digest(files, WEIGHTS).sha256();
        String id = String.format(Locale.ROOT, "%010d-%s", step, hash.substring(0, ID_DIGITS));
        var manifest = new SnapshotManifest(
                id,
                step,
                files,
                Map.of("teacher-targets-0", 1L),
                new TeacherIdentity("teacher", "weights", "tokenizer", ""),
                digest(files, "tokenizer.json").sha256(),
                "",
                Map.of(),
                Map.of(),
                Instant.EPOCH.plusSeconds(step),
                Instant.EPOCH,
                new SnapshotManifest.Writer(1, step, "rollback"));
        Files.write(draft.resolve(SnapshotDirectory.MANIFEST), SnapshotManifestCodec.encode(manifest));
        Path directory = root.resolve(SnapshotDirectory.SNAPSHOTS).resolve(id);
        Files.move(draft, directory);
        return new SnapshotReference(id, SnapshotDirectory.read(directory).contentHash());
    }

    private static FileDigest digest(Map<String, FileDigest> files, String name) {
        FileDigest found = files.get(name);
        if (found == null) {
            throw new PipelineException("the student has no " + name + "; expected one");
        }
        return found;
    }

    private static void disturb(Path weights, double noise) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(bytes.getLong(0));
        for (int at = LENGTH_BYTES + header; at + Float.BYTES <= bytes.capacity(); at += Float.BYTES) {
            bytes.putFloat(at, bytes.getFloat(at) * (float) (1 + noise * Math.sin(at)));
        }
        Files.write(weights, bytes.array());
    }

    private static GoldenPrompts golden(Path directory) {
        try (Student student = Student.load(directory);
                TextTokenizer tokenizer = TextTokenizer.load(directory);
                GoldenRecorder recorder = new GoldenRecorder(student)) {
            return recorder.record(GOLDEN.stream().map(tokenizer::encodePrompt).toList())
                    .orElseThrow(() -> new PipelineException("the student answers its golden prompts with no number"));
        }
    }
}
