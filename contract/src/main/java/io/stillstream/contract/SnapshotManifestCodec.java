package io.stillstream.contract;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.SnapshotManifest.FileDigest;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;

/** {@link SnapshotManifest}s as JSON, indented: people read them. */
public final class SnapshotManifestCodec {

    public static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private SnapshotManifestCodec() {}

    public static byte[] encode(SnapshotManifest manifest) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", VERSION);
        node.put("id", manifest.id());
        node.put("step", manifest.step());
        node.put("created_at", manifest.createdAt().toString());
        node.set("teacher", JSON.valueToTree(manifest.teacher()));
        node.put("tokenizer", manifest.tokenizer());
        node.set("loss", JSON.valueToTree(manifest.loss()));
        node.set("evaluation", JSON.valueToTree(manifest.evaluation()));
        node.set("offsets", JSON.valueToTree(manifest.offsets()));
        node.set("files", JSON.valueToTree(manifest.files()));
        try {
            return JSON.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new ContractException("manifest of snapshot " + manifest.id() + " could not be written", e);
        }
    }

    /** @throws ContractException for anything that is not a manifest of version 1 */
    public static SnapshotManifest decode(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            int version = node.path("version").asInt();
            if (version != VERSION) {
                throw new ContractException("manifest of version " + version + "; this build reads version " + VERSION);
            }
            return new SnapshotManifest(
                    node.required("id").textValue(),
                    node.required("step").longValue(),
                    JSON.convertValue(node.required("files"), new TypeReference<Map<String, FileDigest>>() {}),
                    JSON.convertValue(node.required("offsets"), new TypeReference<Map<String, Long>>() {}),
                    JSON.convertValue(node.required("teacher"), TeacherIdentity.class),
                    node.required("tokenizer").textValue(),
                    JSON.convertValue(node.required("loss"), new TypeReference<Map<String, String>>() {}),
                    JSON.convertValue(node.required("evaluation"), new TypeReference<Map<String, Double>>() {}),
                    Instant.parse(node.required("created_at").textValue()));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new ContractException("not a snapshot manifest: " + e.getMessage(), e);
        }
    }
}
