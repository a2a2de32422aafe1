package io.stillstream.huggingface.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Which weights an adapter was trained on: a file beside it, which PEFT does not read. */
public final class AdapterBase {

    public static final String FILE_NAME = "adapter_base.json";

    private static final String WEIGHTS = "weights_sha256";

    private AdapterBase() {}

    /** @param sha256 of the base's weights */
    public static byte[] toJson(String sha256) {
        return new ObjectMapper()
                .createObjectNode()
                .put(WEIGHTS, sha256)
                .toPrettyString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * An adapter that came without the file has nothing to be compared with but shapes.
     *
     * @param adapter its directory
     * @param sha256 of the base's weights
     * @throws HuggingFaceException when the adapter was trained on others
     */
    public static void require(Path adapter, Path base, String sha256) {
        JsonNode stated = ModelJson.readIfPresent(adapter.resolve(FILE_NAME)).path(WEIGHTS);
        if (!stated.isMissingNode() && !stated.asText().equals(sha256)) {
            throw new HuggingFaceException("the adapter " + adapter + " was trained on weights with the sha256 "
                    + stated.asText() + ", and those of " + base + " have " + sha256
                    + "; expected the base that it was trained on");
        }
    }
}
