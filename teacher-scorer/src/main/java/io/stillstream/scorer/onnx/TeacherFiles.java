package io.stillstream.scorer.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.ModelJson;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.ChatTemplateFiles;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.scorer.ScorerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a teacher's directory holds.
 *
 * @param model the ONNX file
 * @param tokenizerDirectory where tokenizer.json is
 * @param contextWindow from config.json
 * @param vocabularySize from config.json, for models whose graph does not state it
 * @param endIds tokens that end a text, the usual one first
 * @param stopIds tokens that end a response: every end of sequence, and the beginning of another
 * @param endToken what tokenizer_config.json names as the end, of a turn in a chat model
 * @param chatTemplate the model's own; null where chats are plain lines
 */
public record TeacherFiles(
        Path model,
        Path tokenizerDirectory,
        int contextWindow,
        OptionalInt vocabularySize,
        List<Integer> endIds,
        Set<Integer> stopIds,
        @Nullable String endToken,
        @Nullable ChatTemplate chatTemplate) {

    private static final Logger LOG = LoggerFactory.getLogger(TeacherFiles.class);

    /** What is assumed of a model that comes without config.json. */
    private static final int DEFAULT_CONTEXT_WINDOW = 2048;

    private static final List<String> CONTEXT_WINDOW_NAMES =
            List.of("max_position_embeddings", "n_positions", "max_seq_len", "n_ctx");

    public static TeacherFiles locate(TeacherConfig config) {
        Path directory = config.directory();
        if (!Files.isDirectory(directory)) {
            throw new ScorerException("teacher directory " + directory
                    + " does not exist; name one that holds an ONNX model with --teacher or teacher.directory");
        }
        List<Path> places = places(config);
        ModelFile modelConfig = read(places, "config.json");
        ModelFile generationConfig = read(places, "generation_config.json");
        ModelFile textConfig = modelConfig.part("text_config");

        int contextWindow = CONTEXT_WINDOW_NAMES.stream()
                .map(textConfig::wholeNumber)
                .flatMapToInt(OptionalInt::stream)
                .findFirst()
                .orElse(DEFAULT_CONTEXT_WINDOW);
        if (modelConfig.content().isMissingNode()) {
            LOG.warn("{} has no config.json: assuming a context window of {} tokens", directory, contextWindow);
        }
        Set<Integer> endIds = new LinkedHashSet<>();
        for (ModelFile source : List.of(generationConfig, textConfig, modelConfig)) {
            endIds.addAll(source.ids("eos_token_id"));
        }
        Set<Integer> stopIds = new TreeSet<>(endIds);
        for (ModelFile source : List.of(modelConfig, textConfig, generationConfig)) {
            stopIds.addAll(source.ids("bos_token_id"));
        }
        Path model = OnnxFile.of(config);
        Path tokenizerDirectory = requireTokenizerDirectory(config);
        return new TeacherFiles(
                model,
                tokenizerDirectory,
                contextWindow,
                textConfig.wholeNumber("vocab_size"),
                List.copyOf(endIds),
                Set.copyOf(stopIds),
                endToken(read(List.of(tokenizerDirectory), "tokenizer_config.json")
                        .content()),
                ChatTemplateFiles.find(tokenizerDirectory, config.chatTemplate()));
    }

    private static @Nullable String endToken(JsonNode tokenizerConfig) {
        JsonNode token = tokenizerConfig.path("eos_token");
        JsonNode text = token.isObject() ? token.path("content") : token;
        return text.isTextual() ? text.textValue() : null;
    }

    /** The tokens that end a text: that of a turn first, where the tokenizer names one. */
    List<Integer> endIds(TextTokenizer tokenizer) {
        Set<Integer> all = new LinkedHashSet<>();
        if (endToken != null) {
            tokenizer.id(endToken).ifPresent(all::add);
        }
        all.addAll(endIds);
        return List.copyOf(all);
    }

    /** The tokens that end a response. */
    Set<Integer> stopIds(TextTokenizer tokenizer) {
        Set<Integer> all = new TreeSet<>(stopIds);
        if (endToken != null) {
            tokenizer.id(endToken).ifPresent(all::add);
        }
        return all;
    }

    /** Of the chat template, hex; empty where there is none. */
    public String templateSha256() {
        return chatTemplate == null ? "" : chatTemplate.sha256();
    }

    /** Where a teacher's tokenizer.json is; empty where there is none. */
    public static Optional<Path> tokenizerDirectory(TeacherConfig config) {
        return tokenizerPlaces(config).stream()
                .filter(place -> Files.isRegularFile(place.resolve(TextTokenizer.FILE_NAME)))
                .findFirst();
    }

    private static List<Path> places(TeacherConfig config) {
        return List.of(config.directory(), config.directory().resolve("hf"));
    }

    private static List<Path> tokenizerPlaces(TeacherConfig config) {
        Path configured = config.tokenizerDirectory();
        return configured == null ? places(config) : List.of(configured);
    }

    private static Path requireTokenizerDirectory(TeacherConfig config) {
        return tokenizerDirectory(config)
                .orElseThrow(() -> new ScorerException("no tokenizer.json in "
                        + tokenizerPlaces(config).get(0)
                        + "; copy the model's tokenizer there as Hugging Face ships it, or name its directory"));
    }

    private static ModelFile read(List<Path> places, String name) {
        Path file = places.stream()
                .map(place -> place.resolve(name))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElse(places.get(0).resolve(name));
        return new ModelFile(file, ModelJson.readIfPresent(file));
    }
}
