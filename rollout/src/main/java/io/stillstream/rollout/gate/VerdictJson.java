package io.stillstream.rollout.gate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** A verdict as JSON, for scripts and as a decision's evidence. */
public final class VerdictJson {

    private VerdictJson() {}

    /** {@code pass}, {@code hold} or {@code fail}. */
    public static String name(Verdict verdict) {
        return verdict.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    public static ObjectNode of(Verdict verdict) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("verdict", name(verdict));
        ArrayNode reasons = node.putArray("reasons");
        for (Reason reason : verdict.reasons()) {
            ObjectNode one = reasons.addObject();
            one.put("check", reason.name());
            one.put("outcome", reason.outcome().name().toLowerCase(Locale.ROOT));
            put(one, "value", reason.value());
            put(one, "bound", reason.bound());
            put(one, "p", reason.pValue());
            one.put("conversations", reason.clusters());
            one.put("detail", reason.detail());
        }
        return node;
    }

    /** In place of a verdict, where none could be made. */
    public static ObjectNode ofError(String message) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("verdict", "error");
        node.put("error", message);
        return node;
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        }
    }
}
