package io.stillstream.huggingface.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter as {@code adapter_config.json} states it, in PEFT's terms.
 *
 * @param rank of the product B A that is added to a weight
 * @param alpha the numerator of the product's factor
 * @param dropout share of A's input that training sets to zero
 * @param targets names of the linear maps that have an adapter, or the last parts of their names
 * @param modulesToSave the last parts of the names of modules that are trained and stored whole
 * @param rslora whether the factor is alpha / √rank, and not alpha / rank
 * @param transposed whether the base stores its linear maps as {@code [in, out]}
 * @param base the base's directory
 */
public record AdapterConfig(
        int rank,
        double alpha,
        double dropout,
        List<String> targets,
        List<String> modulesToSave,
        boolean rslora,
        boolean transposed,
        String base) {

    public static final String FILE_NAME = "adapter_config.json";

    /** Where A and B of each linear map lie. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    /** What the names of an adapter's tensors begin with. */
    public static final String PREFIX = "base_model.model.";

    /** What follows the name of a linear map. */
    public static final String A = ".lora_A.weight";

    public static final String B = ".lora_B.weight";

    private static final String BASE = "base_model_name_or_path";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What PEFT may add to plain LoRA, and the value that adds nothing beside null, false, empty and zero. */
    private static final Map<String, String> PLAIN = Map.ofEntries(
            Map.entry("bias", "none"),
            Map.entry("use_dora", ""),
            Map.entry("use_qalora", ""),
            Map.entry("use_bdlora", ""),
            Map.entry("lora_bias", ""),
            Map.entry("rank_pattern", ""),
            Map.entry("alpha_pattern", ""),
            Map.entry("layer_replication", ""),
            Map.entry("target_parameters", ""),
            Map.entry("trainable_token_indices", ""),
            Map.entry("alora_invocation_tokens", ""),
            Map.entry("arrow_config", ""),
            Map.entry("kasa_config", ""),
            Map.entry("velora_config", ""),
            Map.entry("monteclora_config", ""));

    public AdapterConfig {
        targets = List.copyOf(targets);
        modulesToSave = List.copyOf(modulesToSave);
    }

    /** Whether a directory holds an adapter and no whole model. */
    public static boolean isIn(Path directory) {
        return Files.isRegularFile(directory.resolve(FILE_NAME))
                && !Files.isRegularFile(directory.resolve("config.json"));
    }

    /** The directory of the whole model: the adapter's base, or the directory itself where it holds no adapter. */
    public static Path model(Path directory) {
        return isIn(directory) ? read(directory).baseOf(directory) : directory;
    }

    /**
     * The same, where the base may be named by somebody else.
     *
     * @param base null for the one that the adapter names
     */
    public static Path model(Path directory, @Nullable Path base) {
        return base != null && isIn(directory) ? base : model(directory);
    }

    /** @throws HuggingFaceException when it is no LoRA adapter, or one of a kind that is not computed here */
    public static AdapterConfig read(Path directory) {
        Path file = directory.resolve(FILE_NAME);
        JsonNode config = ModelJson.read(file);
        require(file, config, "peft_type", config.path("peft_type").asText().equals("LORA"), "LORA");
        PLAIN.forEach((key, plain) -> require(
                file,
                config,
                key,
                isNothing(config.path(key)) || config.path(key).asText().equals(plain),
                "plain LoRA, without it"));
        require(file, config, "r", config.path("r").isInt() && config.path("r").intValue() > 0, "a positive number");
        require(file, config, "lora_alpha", config.path("lora_alpha").isNumber(), "a number");
        require(file, config, BASE, config.path(BASE).isTextual(), "the directory of the base model");
        return new AdapterConfig(
                config.path("r").intValue(),
                config.path("lora_alpha").doubleValue(),
                config.path("lora_dropout").asDouble(0),
                names(config.path("target_modules")),
                names(config.path("modules_to_save")),
                config.path("use_rslora").asBoolean(false),
                config.path("fan_in_fan_out").asBoolean(false),
                config.path(BASE).textValue());
    }

    /** What the product B A is multiplied by. */
    public double scaling() {
        return alpha / (rslora ? Math.sqrt(rank) : rank);
    }

    /**
     * The directory of the base.
     *
     * @param directory the adapter's, for a relative path
     * @throws HuggingFaceException when there is none
     */
    public Path baseOf(Path directory) {
        try {
            Path path = directory.resolve(base);
            if (!base.isEmpty() && Files.isDirectory(path)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // Told below.
        }
        throw new HuggingFaceException(
                "the adapter " + directory + " names its base " + ModelJson.shown(base) + " as "
                        + BASE + " in " + FILE_NAME
                        + ", and there is no such directory; expected the base's (merge-adapter, generate and evaluate take another as --base)");
    }

    /** As PEFT reads it. */
    public byte[] toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.put("peft_type", "LORA");
        node.put("task_type", "CAUSAL_LM");
        node.put(BASE, base);
        node.put("inference_mode", true);
        node.put("r", rank);
        node.put("lora_alpha", alpha);
        node.put("lora_dropout", dropout);
        node.put("use_rslora", rslora);
        node.put("fan_in_fan_out", transposed);
        node.put("bias", "none");
        node.put("init_lora_weights", true);
        node.set("target_modules", JSON.valueToTree(targets));
        node.set("modules_to_save", modulesToSave.isEmpty() ? null : JSON.valueToTree(modulesToSave));
        return node.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isNothing(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || (value.isContainerNode() && value.isEmpty())
                || (value.isBoolean() && !value.booleanValue());
    }

    private static List<String> names(JsonNode value) {
        List<String> names = new ArrayList<>();
        if (value.isTextual()) {
            names.add(value.textValue());
        }
        value.forEach(name -> names.add(name.asText()));
        return names;
    }

    private static void require(Path file, JsonNode config, String key, boolean holds, String expected) {
        if (!holds) {
            throw new HuggingFaceException(
                    file + " has " + key + " " + ModelJson.shown(config.path(key)) + "; expected " + expected);
        }
    }
}
