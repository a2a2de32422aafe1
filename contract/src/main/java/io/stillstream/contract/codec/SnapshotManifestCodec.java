package io.stillstream.contract.codec;

import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import io.stillstream.contract.SnapshotManifest.Writer;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.TeacherIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@link SnapshotManifest}s as JSON, indented because people read them. The last field is the sha256 of everything before
 * it, so that a reader notices when a manifest was changed after it was written.
 */
public final class SnapshotManifestCodec {

    public static final int VERSION = 4;

    private static final String CHECKSUM = ",\n  \"checksum\" : \"";
    private static final String END = "\"\n}";

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** The same line ends on every operating system: the checksum counts them. */
    private static final PrettyPrinter LINES =
            new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));

    private SnapshotManifestCodec() {}

    public static byte[] encode(SnapshotManifest manifest) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", VERSION);
        node.put("id", manifest.id());
        node.put("step", manifest.step());
        node.put("created_at", manifest.createdAt().toString());
        node.put("newest_record_at", manifest.newestRecordAt().toString());
        node.set("teacher", JSON.valueToTree(manifest.teacher()));
        node.put("tokenizer", manifest.tokenizer());
        node.put("chat_template", manifest.chatTemplate());
        node.set("loss", JSON.valueToTree(manifest.loss()));
        node.set("evaluation", JSON.valueToTree(manifest.evaluation()));
        node.set("offsets", JSON.valueToTree(manifest.offsets()));
        node.set("files", JSON.valueToTree(manifest.files()));
        ObjectNode writer = node.putObject("writer");
        writer.put("epoch", manifest.writer().epoch());
        writer.put("ledger_bytes", manifest.writer().ledgerBytes());
        writer.put("ledger_checksum", manifest.writer().ledgerChecksum());
        try {
            String json = JSON.writer(LINES).writeValueAsString(node);
            return withChecksum(json.substring(0, json.length() - "\n}".length()));
        } catch (IOException e) {
            throw new ContractException("manifest of snapshot " + manifest.id() + " could not be written", e);
        }
    }

    /** @throws ContractException for anything that is not a manifest of version {@value #VERSION}, or was changed since */
    public static SnapshotManifest decode(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            int version = node.path("version").asInt();
            if (version != VERSION) {
                throw new ContractException("manifest of version " + version + "; this build reads version " + VERSION);
            }
            requireChecksum(json);
            return new SnapshotManifest(
                    text(node, "id"),
                    number(node, "step"),
                    values(node, "files", new TypeReference<Map<String, FileDigest>>() {}),
                    values(node, "offsets", new TypeReference<Map<String, Long>>() {}),
                    teacher(node.required("teacher")),
                    text(node, "tokenizer"),
                    text(node, "chat_template"),
                    values(node, "loss", new TypeReference<Map<String, String>>() {}),
                    values(node, "evaluation", new TypeReference<Map<String, Double>>() {}),
                    Instant.parse(text(node, "created_at")),
                    Instant.parse(text(node, "newest_record_at")),
                    writer(node.required("writer")));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new ContractException("not a snapshot manifest: " + JsonProblem.of(e), e);
        }
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.required(field);
        if (!value.isTextual()) {
            throw new ContractException("the manifest's " + field + " is " + Json.kind(value) + "; expected a string");
        }
        return value.textValue();
    }

    private static long number(JsonNode node, String field) {
        JsonNode value = node.required(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new ContractException(
                    "the manifest's " + field + " is " + Json.kind(value) + "; expected a whole number below 2^63");
        }
        return value.longValue();
    }

    private static <V> Map<String, V> values(JsonNode node, String field, TypeReference<Map<String, V>> type) {
        JsonNode object = node.required(field);
        if (!object.isObject()) {
            throw new ContractException(
                    "the manifest's " + field + " is " + Json.kind(object) + "; expected an object");
        }
        Map<String, V> values = JSON.convertValue(object, type);
        Map<String, V> present = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            // Also what Jackson makes of an empty text where a number belongs.
            if (value == null) {
                throw new ContractException("the manifest's " + field + " has no value of " + name + "; expected one");
            }
            present.put(name, value);
        });
        return present;
    }

    private static TeacherIdentity teacher(JsonNode node) {
        return new TeacherIdentity(
                text(node, "name"), text(node, "weights"), text(node, "tokenizer"), text(node, "template"));
    }

    private static Writer writer(JsonNode node) {
        return new Writer(number(node, "epoch"), number(node, "ledger_bytes"), text(node, "ledger_checksum"));
    }

    private static byte[] withChecksum(String body) {
        return (body + CHECKSUM + Digests.sha256(body) + END).getBytes(StandardCharsets.UTF_8);
    }

    private static void requireChecksum(byte[] json) {
        int tail = CHECKSUM.length() + Digests.sha256("").length() + END.length();
        byte[] body = Arrays.copyOf(json, Math.max(0, json.length - tail));
        String expected = CHECKSUM + Digests.sha256(body) + END;
        String found = new String(json, body.length, json.length - body.length, StandardCharsets.UTF_8);
        if (!found.equals(expected)) {
            throw new ContractException("the manifest was changed after it was written: its checksum ends in '"
                    + found.strip() + "'; expected '" + expected.strip() + "'");
        }
    }
}
