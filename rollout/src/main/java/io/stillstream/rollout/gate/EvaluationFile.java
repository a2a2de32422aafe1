package io.stillstream.rollout.gate;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.RolloutException;
import io.stillstream.rollout.gate.RecordEvaluation.GreedyAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as JSON lines: the first names the snapshot, the sha256 of the records that it was evaluated on, how many
 * there are and the sha256 of the lines that follow; each of these is a record. A file is written once, whole, and never
 * changed; one of other records has another name.
 */
public final class EvaluationFile {

    private static final int VERSION = 2;
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private EvaluationFile() {}

    /** Where a snapshot's evaluation on these records lies. */
    public static Path path(Path snapshotDirectory, String input) {
        return snapshotDirectory.resolve(SnapshotManifest.evaluationFile(input));
    }

    /** Writes it under another name, forces it to the disk and moves it to its own. */
    public static void write(SnapshotEvaluation evaluation, Path file) {
        Path draft = file.resolveSibling("." + file.getFileName() + ".writing");
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(encode(evaluation));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new RolloutException("the evaluation " + file + " could not be written: " + e, e);
        }
    }

    /** @throws RolloutException when it cannot be read, or is not what was written */
    public static SnapshotEvaluation read(Path file) {
        try {
            return decode(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw new RolloutException(
                    "the evaluation " + file + " cannot be read: a line of it is no JSON"
                            + (place == null ? "" : " at its column " + place.getColumnNr())
                            + "; expected JSON lines, with null for what is not finite",
                    e);
        } catch (IOException | ContractException | IllegalArgumentException e) {
            throw new RolloutException("the evaluation " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    static byte[] encode(SnapshotEvaluation evaluation) {
        StringBuilder lines = new StringBuilder();
        evaluation.records().forEach(record -> lines.append(node(record)).append('\n'));
        ObjectNode head = JSON.createObjectNode();
        head.put("version", VERSION);
        head.put("snapshot", evaluation.snapshot().id());
        head.put("content_hash", evaluation.snapshot().contentHash());
        head.put("input", evaluation.input());
        head.put("records", evaluation.records().size());
        head.put("sha256", Digests.sha256(lines.toString()));
        return (head + "\n" + lines).getBytes(StandardCharsets.UTF_8);
    }

    static SnapshotEvaluation decode(byte[] bytes) throws JsonProcessingException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        if (end < 0) {
            throw new ContractException("it has no line; expected one of the snapshot, and one a record");
        }
        JsonNode head = JSON.readTree(text.substring(0, end));
        String body = text.substring(end + 1);
        if (field(head, "version").asInt() != VERSION) {
            throw new ContractException(
                    "it is of version " + head.get("version") + "; this build reads version " + VERSION);
        }
        String sha256 = Digests.sha256(body);
        if (!sha256.equals(field(head, "sha256").textValue())) {
            throw new ContractException("its records have the sha256 " + sha256 + "; expected " + head.get("sha256")
                    + " as in its first line");
        }
        List<RecordEvaluation> records = new ArrayList<>();
        for (String line : body.lines().toList()) {
            records.add(record(JSON.readTree(line)));
        }
        if (records.size() != field(head, "records").asInt()) {
            throw new ContractException("it has " + records.size() + " records; expected " + head.get("records"));
        }
        return new SnapshotEvaluation(
                new SnapshotReference(
                        field(head, "snapshot").asText(),
                        field(head, "content_hash").asText()),
                field(head, "input").asText(),
                records);
    }

    private static ObjectNode node(RecordEvaluation record) {
        ObjectNode node = JSON.createObjectNode();
        node.put("record", record.coordinates());
        node.put("conversation", record.conversation());
        node.put("slice", record.slice());
        node.put("for_slice", record.forSlice());
        node.put("bytes", record.bytes());
        node.put("nats", finite(record.nats()));
        node.put("teacher_bytes", record.teacherBytes());
        node.put("teacher_nats", finite(record.teacherNats()));
        GreedyAnswer answer = record.answer();
        if (answer != null) {
            ObjectNode flags = node.putObject("answer");
            flags.put("empty", answer.empty());
            flags.put("repeating", answer.repeating());
            flags.put("too_long", answer.tooLong());
        }
        return node;
    }

    /** JSON has no NaN. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }

    private static RecordEvaluation record(JsonNode node) {
        JsonNode answer = node.get("answer");
        return new RecordEvaluation(
                field(node, "record").asText(),
                field(node, "conversation").asText(),
                field(node, "slice").asText(),
                field(node, "for_slice").asBoolean(),
                field(node, "bytes").asInt(),
                number(node, "nats"),
                field(node, "teacher_bytes").asInt(),
                number(node, "teacher_nats"),
                answer == null
                        ? null
                        : new GreedyAnswer(
                                field(answer, "empty").asBoolean(),
                                field(answer, "repeating").asBoolean(),
                                field(answer, "too_long").asBoolean()));
    }

    private static double number(JsonNode node, String name) {
        JsonNode value = field(node, name);
        return value.isNull() ? Double.NaN : value.asDouble();
    }

    private static JsonNode field(JsonNode node, String name) {
        JsonNode value = node.get(name);
        if (value == null) {
            throw new ContractException("it lacks the field '" + name + "'");
        }
        return value;
    }
}
