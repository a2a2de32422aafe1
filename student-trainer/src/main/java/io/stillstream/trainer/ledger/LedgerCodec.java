package io.stillstream.trainer.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.offsets.TenantStretch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/** Entries as JSON of one line. */
final class LedgerCodec {

    private static final int VERSION = 3;
    private static final String KIND = "entry";
    private static final ObjectMapper JSON = new ObjectMapper();

    private LedgerCodec() {}

    static byte[] encode(LedgerEntry entry) {
        ObjectNode node = JSON.createObjectNode();
        if (entry instanceof LedgerEntry.Started started) {
            node.put(KIND, "start");
            node.put("version", VERSION);
            node.put("epoch", started.epoch());
            node.put("step", started.step());
            node.put("topic", started.topic());
            node.put("topic_id", started.topicId());
            node.set("offsets", JSON.valueToTree(new TreeMap<>(started.offsets())));
        } else if (entry instanceof LedgerEntry.Stepped stepped) {
            node.put(KIND, "step");
            node.put("step", stepped.step());
            node.put("topic", stepped.topic());
            texts(node, "runs", stepped.runs());
        } else if (entry instanceof LedgerEntry.Passed passed) {
            node.put(KIND, "pass");
            node.put("topic", passed.topic());
            texts(node, "runs", passed.runs());
        } else if (entry instanceof LedgerEntry.Saved saved) {
            node.put(KIND, "saved");
            node.put("kind", saved.kind());
            node.put("id", saved.id());
            node.put("manifest", saved.manifest());
        } else if (entry instanceof LedgerEntry.Rewound rewound) {
            node.put(KIND, "rewind");
            node.put("epoch", rewound.epoch());
            node.put("to", rewound.to());
            node.put("step", rewound.step());
            node.put("bytes", rewound.bytes());
            node.set("offsets", JSON.valueToTree(new TreeMap<>(rewound.offsets())));
            texts(node, "skip", rewound.passedOver().ranges());
            ArrayNode tenants = node.putArray("tenants");
            rewound.passedOver().tenants().forEach(stretch -> {
                ObjectNode tenant = tenants.addObject();
                tenant.put("tenant", stretch.tenant());
                tenant.set("from", JSON.valueToTree(new TreeMap<>(stretch.from())));
                tenant.set("until", JSON.valueToTree(new TreeMap<>(stretch.until())));
            });
            node.put("records", rewound.records());
            node.put("order", rewound.order());
            node.put("reason", rewound.reason());
        } else if (entry instanceof LedgerEntry.Lifted lifted) {
            node.put(KIND, "lift");
            node.put("epoch", lifted.epoch());
            node.put("tenant", lifted.tenant());
            node.set("offsets", JSON.valueToTree(new TreeMap<>(lifted.ends())));
        }
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a ledger's entry is plain JSON", e);
        }
    }

    /** @throws IllegalArgumentException for anything else than an entry of this version */
    static LedgerEntry decode(byte[] line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (IOException e) {
            throw new IllegalArgumentException("it is no JSON", e);
        }
        return switch (node.required(KIND).asText()) {
            case "start" -> started(node);
            case "step" -> new LedgerEntry.Stepped(number(node, "step"), text(node, "topic"), runs(node));
            case "pass" -> new LedgerEntry.Passed(text(node, "topic"), runs(node));
            case "saved" -> new LedgerEntry.Saved(text(node, "kind"), text(node, "id"), text(node, "manifest"));
            case "rewind" ->
                new LedgerEntry.Rewound(
                        number(node, "epoch"),
                        text(node, "to"),
                        number(node, "step"),
                        number(node, "bytes"),
                        offsets(node, "offsets"),
                        new PassedOver(
                                texts(node, "skip").stream()
                                        .map(OffsetRange::parse)
                                        .toList(),
                                tenants(node)),
                        number(node, "records"),
                        text(node, "order"),
                        text(node, "reason"));
            case "lift" ->
                new LedgerEntry.Lifted(number(node, "epoch"), text(node, "tenant"), offsets(node, "offsets"));
            default -> throw new IllegalArgumentException("it is an unknown entry '" + node.path(KIND) + "'");
        };
    }

    private static LedgerEntry started(JsonNode node) {
        int version = node.required("version").asInt();
        if (version != VERSION) {
            throw new IllegalArgumentException("it is of version " + version + "; this build reads " + VERSION);
        }
        return new LedgerEntry.Started(
                number(node, "epoch"),
                number(node, "step"),
                text(node, "topic"),
                text(node, "topic_id"),
                offsets(node, "offsets"));
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.required(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("its " + field + " is no text");
        }
        return value.textValue();
    }

    private static long number(JsonNode node, String field) {
        JsonNode value = node.required(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException("its " + field + " is no whole number below 2^63");
        }
        return value.longValue();
    }

    private static List<DispositionRun> runs(JsonNode node) {
        return texts(node, "runs").stream().map(DispositionRun::parse).toList();
    }

    private static List<TenantStretch> tenants(JsonNode node) {
        List<TenantStretch> tenants = new ArrayList<>();
        node.required("tenants")
                .forEach(tenant -> tenants.add(
                        new TenantStretch(text(tenant, "tenant"), offsets(tenant, "from"), offsets(tenant, "until"))));
        return tenants;
    }

    private static Map<Integer, Long> offsets(JsonNode node, String field) {
        for (JsonNode offset : node.required(field)) {
            if (!offset.isIntegralNumber()) {
                throw new IllegalArgumentException("its " + field + " are no whole numbers by partition");
            }
        }
        return JSON.convertValue(node.required(field), new TypeReference<Map<Integer, Long>>() {});
    }

    private static void texts(ObjectNode node, String name, List<?> values) {
        var array = node.putArray(name);
        values.forEach(value -> array.add(value.toString()));
    }

    private static List<String> texts(JsonNode node, String name) {
        return StreamSupport.stream(node.required(name).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
