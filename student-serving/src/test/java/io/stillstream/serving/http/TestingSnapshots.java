package io.stillstream.serving.http;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.Golden;
import io.stillstream.student.model.Student;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.GoldenRecorder;
import io.stillstream.student.snapshot.SnapshotDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Snapshots of stories260K as a trainer would publish them, in a directory as a trainer has. */
public final class TestingSnapshots {

    static final String TEMPLATE = "{% for message in messages %}{{ message['content'] }} {% endfor %}";

    private static final String WEIGHTS = "model.safetensors";
    private static final List<String> GOLDEN = List.of("Once upon a time", "The dog was", "Lily and Tom");

    private final Path root;

    public TestingSnapshots(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve(SnapshotDirectory.SNAPSHOTS));
        Files.createDirectories(root.resolve(SnapshotDirectory.ALIASES));
    }

    /** The student's own files with a chat template, and no manifest. */
    public static Path student(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(Golden.shared("models/stories260K/hf"))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName().toString()));
            }
        }
        Files.writeString(directory.resolve("chat_template.jinja"), TEMPLATE);
        return directory;
    }

    /**
     * Publishes one.
     *
     * @param noise share by which its weights differ from the model's
     */
    public String publish(int step, double noise) throws IOException {
        Path draft = draft(step, noise);
        return publish(step, draft, golden(draft));
    }

    /** Publishes one with the golden prompts of another. */
    public String publishWithGoldenOf(int step, double noise, Path other) throws IOException {
        return publish(step, draft(step, noise), GoldenPrompts.read(other.resolve(GoldenPrompts.FILE_NAME)));
    }

    private Path draft(int step, double noise) throws IOException {
        Path draft = student(root.resolve("draft-" + step));
        disturb(draft.resolve(WEIGHTS), noise);
        return draft;
    }

    private String publish(int step, Path draft, GoldenPrompts golden) throws IOException {
        Files.write(draft.resolve(GoldenPrompts.FILE_NAME), golden.toJson());
        Map<String, FileDigest> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(draft)) {
            for (Path file : entries.toList()) {
                files.put(file.getFileName().toString(), new FileDigest(Digests.sha256(file), Files.size(file)));
            }
        }
        String id = "%010d-%s".formatted(step, files.get(WEIGHTS).sha256().substring(0, 12));
        var manifest = new SnapshotManifest(
                id,
                step,
                files,
                Map.of("teacher-targets-0", 1L),
                new TeacherIdentity("t", "w", "k", ""),
                files.get("tokenizer.json").sha256(),
                "",
                Map.of(),
                Map.of(),
                Instant.EPOCH.plusSeconds(step),
                Instant.EPOCH,
                new SnapshotManifest.Writer(1, step, "c"));
        Files.write(draft.resolve(SnapshotDirectory.MANIFEST), SnapshotManifestCodec.encode(manifest));
        Files.move(draft, directory(id));
        return id;
    }

    public void alias(String alias, String id) throws IOException {
        Path file = root.resolve(SnapshotDirectory.ALIASES).resolve(alias);
        Path fresh = file.resolveSibling(alias + ".new");
        Files.writeString(fresh, id + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    public Path directory(String id) {
        return root.resolve(SnapshotDirectory.SNAPSHOTS).resolve(id);
    }

    /** Changes the weights, and neither manifest nor golden prompts. */
    public static void disturb(Path weights, double noise) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 8 + Math.toIntExact(bytes.getLong(0)); at + 4 <= bytes.capacity(); at += 4) {
            bytes.putFloat(at, bytes.getFloat(at) * (float) (1 + noise * Math.sin(at)));
        }
        Files.write(weights, bytes.array());
    }

    private static GoldenPrompts golden(Path directory) {
        try (Student student = Student.load(directory);
                TextTokenizer tokenizer = TextTokenizer.load(directory);
                GoldenRecorder recorder = new GoldenRecorder(student)) {
            return recorder.record(GOLDEN.stream().map(tokenizer::encodePrompt).toList())
                    .orElseThrow();
        }
    }
}
