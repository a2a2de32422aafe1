package io.stillstream.scorer.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.stillstream.contract.file.FileProblem;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.export.decoder.DecoderExport;
import io.stillstream.scorer.export.weights.ExternalWeights;
import io.stillstream.scorer.export.weights.InlineWeights;
import io.stillstream.scorer.export.weights.ModelWeights;
import io.stillstream.scorer.export.weights.WeightStorage;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exports a Hugging Face directory as a directory that the ONNX teacher opens. {@code model.onnx} (opset 18) has the
 * inputs and outputs that decoder exports usually have; the same checkpoint and options always give the same bytes.
 */
public final class OnnxExporter {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxExporter.class);

    public static final String MODEL_FILE = "model.onnx";
    static final String WEIGHTS_FILE = "model.onnx_data";

    private static final int OPERATOR_SET = 18;
    /** The first version of the file format that knows the operator set. */
    private static final int FORMAT_VERSION = 8;
    /** Protobuf ends at 2 GiB; larger models keep their weights in a file beside the model. */
    private static final long LARGEST_INLINE_BYTES = 1_900_000_000L;

    private static final List<String> COPIED_FILES = List.of(
            DecoderConfig.FILE_NAME,
            TextTokenizer.FILE_NAME,
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
            "generation_config.json");

    private OnnxExporter() {}

    /**
     * Writes the directory; {@code model.onnx} appears last, once all other files are there. What is refused leaves nothing.
     *
     * @throws ScorerException when a tensor is missing, has another shape than config.json says, or does not belong to
     *     such a decoder, or when a graph with a cache cannot compute it
     * @throws io.stillstream.huggingface.HuggingFaceException when config.json or the weights' file cannot be read
     */
    public static void export(Path huggingFaceDirectory, Path outputDirectory, ExportOptions options) {
        export(huggingFaceDirectory, outputDirectory, options, LARGEST_INLINE_BYTES);
    }

    static void export(Path source, Path target, ExportOptions options, long largestInlineBytes) {
        requireWholeModel(source);
        DecoderConfig config = DecoderConfig.read(source);
        if (config.encodesPrompts()) {
            throw new ScorerException("export-onnx draws decoders; the model_type of " + source + " is '"
                    + config.modelType() + "', an encoder with a decoder");
        }
        if (!Files.isRegularFile(source.resolve(TextTokenizer.FILE_NAME))) {
            throw new ScorerException("no tokenizer.json in " + source + "; the teacher needs the model's tokenizer");
        }
        List<Path> missing = missing(target);
        boolean written = false;
        try {
            Files.createDirectories(target);
            writeModel(config, source, target, options, largestInlineBytes);
            written = true;
        } catch (IOException e) {
            throw new ScorerException("could not export " + source + " to " + target + ": " + FileProblem.of(e), e);
        } finally {
            if (!written) {
                missing.forEach(OnnxExporter::deleteIfEmpty);
            }
        }
    }

    /** The directory and those above it that are not there, the deepest first. */
    private static List<Path> missing(Path directory) {
        List<Path> missing = new ArrayList<>();
        for (Path path = directory.toAbsolutePath(); path != null && Files.notExists(path); path = path.getParent()) {
            missing.add(path);
        }
        return missing;
    }

    private static void deleteIfEmpty(Path directory) {
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            LOG.warn("an export that failed has left {}: {}", directory, e.getMessage());
        }
    }

    private static void copyCompanions(Path source, Path target) throws IOException {
        for (String name : COPIED_FILES) {
            if (Files.isRegularFile(source.resolve(name))) {
                Files.copy(source.resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void requireWholeModel(Path source) {
        if (AdapterConfig.isIn(source)) {
            throw new ScorerException(source + " holds a LoRA adapter (" + AdapterConfig.FILE_NAME
                    + " and no config.json); expected a whole model: stillstream merge-adapter makes one");
        }
    }

    private static void writeModel(
            DecoderConfig config, Path source, Path target, ExportOptions options, long largestInlineBytes)
            throws IOException {
        Path model = target.resolve(MODEL_FILE);
        Path weights = target.resolve(WEIGHTS_FILE);
        Path unfinishedModel = target.resolve(MODEL_FILE + ".partial");
        Path unfinishedWeights = target.resolve(WEIGHTS_FILE + ".partial");
        try (ModelWeights checkpoint = ModelWeights.open(source, config)) {
            long bytes = checkpoint.elements() * options.weightType().bytesPerValue();
            boolean inline = bytes <= largestInlineBytes;
            try (WeightStorage storage =
                    inline ? new InlineWeights() : new ExternalWeights(unfinishedWeights, WEIGHTS_FILE)) {
                OnnxGraph graph = OnnxGraph.create(config.modelType(), OPERATOR_SET);
                WeightTensors tensors = new WeightTensors(graph, storage, options.weightType());
                GraphProto proto = new DecoderExport(config, checkpoint, graph, tensors, options.withPast()).draw();
                checkpoint.requireAllUsed();
                write(proto, unfinishedModel);
            }
            copyCompanions(source, target);
            Files.deleteIfExists(model);
            Files.deleteIfExists(weights);
            if (!inline) {
                Files.move(unfinishedWeights, weights, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(unfinishedModel, model, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinishedModel);
            Files.deleteIfExists(unfinishedWeights);
        }
    }

    private static void write(GraphProto graph, Path file) throws IOException {
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(FORMAT_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
                .setProducerName("stillstream")
                .setGraph(graph)
                .build();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            model.writeTo(out);
        }
    }
}
