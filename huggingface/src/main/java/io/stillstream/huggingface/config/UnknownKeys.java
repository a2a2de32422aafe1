package io.stillstream.huggingface.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the keys that a family does not read. Most say nothing about the mathematics. One whose name is about a
 * part of the computation, and which is not switched off, may change it: it is refused. Others are logged once.
 */
final class UnknownKeys {

    private static final Logger LOG = LoggerFactory.getLogger(UnknownKeys.class);

    /** About files, training, tasks and generation. Dropout: distillation uses none. */
    private static final Set<String> HARMLESS = Set.of(
            "_attn_implementation",
            "_attn_implementation_autoset",
            "_name_or_path",
            "architectures",
            "attn_implementation",
            "attn_pdrop",
            "auto_map",
            "bos_token_id",
            "dtype",
            "embd_pdrop",
            "eos_token_id",
            "gradient_checkpointing",
            "id2label",
            "init_std",
            "initializer_range",
            "label2id",
            "layerdrop",
            "model_type",
            "output_attentions",
            "output_hidden_states",
            "pad_token_id",
            "prefix",
            "resid_pdrop",
            "return_dict",
            "task_specific_params",
            "tokenizer_class",
            "torch_dtype",
            "torchscript",
            "transformers_version",
            "unk_token_id",
            "use_cache");

    /** Parts of names of keys about training, and about which kernel computes the same. */
    private static final List<String> HARMLESS_PARTS = List.of("dropout", "flash");

    /** Parts of names of keys that change what a decoder computes. */
    private static final List<String> MATHEMATICAL = List.of(
            "act",
            "alibi",
            "attention",
            "attn",
            "bias",
            "cap",
            "conv",
            "cross",
            "dim",
            "encoder",
            "expert",
            "factor",
            "ffn",
            "head",
            "layer",
            "mlp",
            "moe",
            "mscale",
            "multiplier",
            "norm",
            "position",
            "quant",
            "residual",
            "rope",
            "rotary",
            "router",
            "scal",
            "sliding",
            "ssm",
            "vision",
            "window");

    /** More than every family's; a file must not fill the memory with keys. */
    private static final int MOST_LOGGED = 1_000;

    private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

    private UnknownKeys() {}

    /** @throws HuggingFaceException when a key that nobody has read may change the mathematics */
    static void check(String modelType, ConfigReader config) {
        config.ignore(HARMLESS);
        Set<String> unknown = new TreeSet<>();
        for (String key : config.unread()) {
            JsonNode value = config.value(key);
            boolean off = isOff(value) || HARMLESS_PARTS.stream().anyMatch(key::contains);
            if (!off && MATHEMATICAL.stream().anyMatch(key::contains)) {
                throw new HuggingFaceException(ConfigReader.shown(key) + " is " + ModelJson.shown(value) + ", which a "
                        + modelType + " decoder here does not compute; expected a configuration without it");
            }
            if (!off && LOGGED.size() < MOST_LOGGED && LOGGED.add(modelType + ":" + key)) {
                unknown.add(ModelJson.shown(key));
            }
        }
        if (!unknown.isEmpty()) {
            LOG.info(
                    "config.json of a {} decoder has keys that nothing here reads: {}",
                    modelType,
                    String.join(", ", unknown));
        }
    }

    private static boolean isOff(JsonNode value) {
        if (value.isContainerNode()) {
            return value.isEmpty();
        }
        return value.isNumber() ? value.doubleValue() == 0 : value.isBoolean() && !value.booleanValue();
    }
}
