package io.stillstream.contract.rollout.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.ExactJson;
import io.stillstream.contract.codec.JsonProblem;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rewind.Quarantine;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutPhase;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.SnapshotReference;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object, each of the kind that is asked for. */
final class Fields {

    private static final ExactJson JSON = new ExactJson();

    private final JsonNode node;
    private final String what;

    private Fields(JsonNode node, String what) {
        if (!node.isObject()) {
            throw new ContractException(what + " is of the kind " + node.getNodeType() + "; expected an object");
        }
        this.node = node;
        this.what = what;
    }

    /**
     * Reads a record of a version, and checks that it is spelled as {@code encode} spells it.
     *
     * @param what names the record in errors
     */
    static <R> R read(byte[] json, int version, String what, Function<Fields, R> decode, Function<R, byte[]> encode) {
        R found;
        try {
            Fields fields = new Fields(JSON.read(json), what);
            long written = fields.number("version");
            if (written != version) {
                throw new ContractException(
                        what + " is of version " + written + "; this build reads version " + version);
            }
            found = decode.apply(fields);
        } catch (JsonProcessingException e) {
            throw new ContractException(what + " is not JSON: " + JsonProblem.of(e), e);
        } catch (IOException | DateTimeException | ArithmeticException e) {
            throw new ContractException(what + " cannot be read: " + e.getMessage(), e);
        }
        requireSpelling(encode.apply(found), json, what);
        return found;
    }

    /** What is not spelled so was not written by this project, or was changed since. */
    private static void requireSpelling(byte[] expected, byte[] found, String what) {
        int at = Arrays.mismatch(expected, found);
        if (at >= 0) {
            throw new ContractException(what + " is spelled otherwise than it is written here, from byte " + at
                    + " on; expected no change");
        }
    }

    static ObjectNode object(int version) {
        return JsonNodeFactory.instance.objectNode().put("version", version);
    }

    static byte[] write(JsonNode node, String what) {
        try {
            return JSON.write(node);
        } catch (JsonProcessingException e) {
            throw new ContractException(what + " cannot be written: " + JsonProblem.of(e), e);
        }
    }

    String text(String field) {
        JsonNode value = value(field);
        require(value.isTextual(), field, value, "a string");
        return value.textValue();
    }

    long number(String field) {
        JsonNode value = value(field);
        require(value.isIntegralNumber() && value.canConvertToLong(), field, value, "a whole number below 2^63");
        return value.longValue();
    }

    int smallNumber(String field) {
        return Math.toIntExact(number(field));
    }

    boolean flag(String field) {
        JsonNode value = value(field);
        require(value.isBoolean(), field, value, "true or false");
        return value.booleanValue();
    }

    Instant time(String field) {
        return Instant.parse(text(field));
    }

    Duration duration(String field) {
        return Duration.parse(text(field));
    }

    Fields object(String field) {
        return new Fields(value(field), what + "'s " + field);
    }

    List<Fields> objects(String field) {
        List<Fields> found = new ArrayList<>();
        array(field).forEach(one -> found.add(new Fields(one, what + "'s " + field)));
        return found;
    }

    List<String> texts(String field) {
        List<String> found = new ArrayList<>();
        array(field).forEach(one -> {
            require(one.isTextual(), field, one, "strings");
            found.add(one.textValue());
        });
        return found;
    }

    /** Offsets by the number of their partition. */
    Map<Integer, Long> offsets(String field) {
        JsonNode value = value(field);
        require(value.isObject(), field, value, "an object");
        Map<Integer, Long> found = new HashMap<>();
        Fields offsets = object(field);
        value.fieldNames().forEachRemaining(partition -> {
            if (!partition.matches("\\d{1,9}")) {
                throw new ContractException(
                        what + "'s " + field + " name '" + partition + "'; expected the number of a partition");
            }
            found.put(Integer.valueOf(partition), offsets.number(partition));
        });
        return found;
    }

    Map<String, String> textsByName(String field) {
        JsonNode value = value(field);
        require(value.isObject(), field, value, "an object");
        Map<String, String> found = new TreeMap<>();
        value.properties().forEach(entry -> {
            require(entry.getValue().isTextual(), field, entry.getValue(), "strings");
            found.put(entry.getKey(), entry.getValue().textValue());
        });
        return found;
    }

    @Nullable
    SnapshotReference snapshot(String field) {
        if (value(field).isNull()) {
            return null;
        }
        Fields found = object(field);
        return new SnapshotReference(found.text("id"), found.text("content_hash"));
    }

    RolloutPoint point(String field) {
        Fields found = object(field);
        return new RolloutPoint(
                RolloutPhase.parse(found.text("phase")),
                found.text("champion"),
                found.text("candidate"),
                found.smallNumber("step"),
                found.smallNumber("buckets"),
                RolloutStep.Kind.parse(found.text("kind")));
    }

    @Nullable
    RewindRequest rewind(String field) {
        return value(field).isNull() ? null : rewindRequest(field);
    }

    RewindRequest rewindRequest(String field) {
        Fields found = object(field);
        return new RewindRequest(found.text("trainer"), Quarantine.parse(found.text("quarantine")));
    }

    static void put(ObjectNode node, String field, @Nullable RewindRequest request) {
        if (request == null) {
            node.putNull(field);
        } else {
            node.putObject(field)
                    .put("trainer", request.trainer())
                    .put("quarantine", request.quarantine().toString());
        }
    }

    static void put(ObjectNode node, String field, @Nullable SnapshotReference snapshot) {
        if (snapshot == null) {
            node.putNull(field);
        } else {
            node.putObject(field).put("id", snapshot.id()).put("content_hash", snapshot.contentHash());
        }
    }

    static void put(ObjectNode node, String field, RolloutPoint point) {
        node.putObject(field)
                .put("phase", point.phase().label())
                .put("champion", point.champion())
                .put("candidate", point.candidate())
                .put("step", point.step())
                .put("buckets", point.buckets())
                .put("kind", point.kind().label());
    }

    static void putOffsets(ObjectNode node, String field, Map<Integer, Long> offsets) {
        ObjectNode object = node.putObject(field);
        new TreeMap<>(offsets).forEach((partition, offset) -> object.put(partition.toString(), offset));
    }

    static void put(ObjectNode node, String field, Map<String, String> texts) {
        ObjectNode object = node.putObject(field);
        texts.forEach(object::put);
    }

    private JsonNode array(String field) {
        JsonNode value = value(field);
        require(value.isArray(), field, value, "an array");
        return value;
    }

    private JsonNode value(String field) {
        JsonNode value = node.path(field);
        require(!value.isMissingNode(), field, value, "one");
        return value;
    }

    private void require(boolean holds, String field, JsonNode value, String expected) {
        if (!holds) {
            throw new ContractException(
                    what + " has a " + field + " of the kind " + value.getNodeType() + "; expected " + expected);
        }
    }
}
