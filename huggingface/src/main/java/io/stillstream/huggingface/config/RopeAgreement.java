package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

/** Whether the older and the newer spelling of a rotary embedding, where a file has both, say the same. */
final class RopeAgreement {

    private RopeAgreement() {}

    /** @throws HuggingFaceException when a field of {@code rope_scaling} is another in {@code rope_parameters} */
    static void require(JsonNode parameters, JsonNode scaling) {
        Set<String> fields = new HashSet<>();
        for (Iterator<String> each = scaling.fieldNames(); each.hasNext(); ) {
            fields.add(each.next());
        }
        for (String field : fields) {
            String other = field.equals("type") ? "rope_type" : field;
            JsonNode one = scaling.path(field);
            JsonNode two = parameters.path(other);
            boolean same =
                    (one.isNumber() && two.isNumber()) ? one.doubleValue() == two.doubleValue() : one.equals(two);
            if (!same) {
                throw new HuggingFaceException(
                        RopeReader.SCALING + "." + ConfigReader.shown(field) + " is " + ModelJson.shown(one)
                                + " beside " + RopeReader.PARAMETERS + "." + ConfigReader.shown(other) + ", which is "
                                + ModelJson.shown(two)
                                + "; expected one of the two objects, or the same in both");
            }
        }
    }
}
