package io.stillstream.bench.scorer.memory;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.scorer.export.ExportOptions;
import io.stillstream.scorer.export.OnnxExporter;
import io.stillstream.scorer.export.weights.WeightType;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A teacher of random weights with a vocabulary of any size: scoring with it takes as long and as much memory as with a
 * trained one. Its tokenizer has a token for each byte, so that a text of n letters has n tokens and a start.
 */
final class SyntheticTeacher {

    private static final String START = "<|endoftext|>";
    private static final int PRINTABLE_FROM = '!';
    private static final int PRINTABLE_TO = '~';
    private static final int LETTERS = 26;
    private static final int FILLER_LENGTH = 5;

    private static final int HIDDEN = 64;
    private static final int INTERMEDIATE = 176;
    private static final int LAYERS = 2;
    private static final int HEADS = 2;

    private SyntheticTeacher() {}

    /** @return the directory of the ONNX model */
    static Path write(Path directory, int vocabulary, int contextWindow) {
        Path tokenizer = directory.resolve("tokenizer");
        Path weights = directory.resolve("weights");
        Path teacher = directory.resolve("teacher");
        writeTokenizer(tokenizer, vocabulary);
        new StudentInitializer(StudentShape.of(HIDDEN, INTERMEDIATE, LAYERS, HEADS, HEADS, contextWindow), 0)
                .write(weights, tokenizer);
        OnnxExporter.export(weights, teacher, new ExportOptions(WeightType.FP32, true));
        return teacher;
    }

    private static void writeTokenizer(Path directory, int vocabulary) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        root.putArray("added_tokens")
                .addObject()
                .put("id", 0)
                .put("content", START)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        ObjectNode processor = root.putObject("post_processor").put("type", "TemplateProcessing");
        var single = processor.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", START).put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        processor.set("pair", single.deepCopy());
        ObjectNode special = processor.putObject("special_tokens").putObject(START);
        special.put("id", START);
        special.putArray("ids").add(0);
        special.putArray("tokens").add(START);
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode tokens = model.putObject("vocab").put(START, 0);
        for (int character = PRINTABLE_FROM; character <= PRINTABLE_TO; character++) {
            tokens.put(Character.toString(character), tokens.size());
        }
        for (int filler = 0; tokens.size() < vocabulary; filler++) {
            tokens.put(filler(filler), tokens.size());
        }
        model.putArray("merges");
        try {
            Files.createDirectories(directory);
            mapper.writeValue(directory.resolve(TextTokenizer.FILE_NAME).toFile(), root);
        } catch (IOException e) {
            throw new PipelineException("a tokenizer cannot be written to " + directory + ": " + e, e);
        }
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", true);
    }

    /** A token that no text is tokenized to, because there are no merges. */
    private static String filler(int number) {
        StringBuilder letters = new StringBuilder();
        int rest = number;
        for (int i = 0; i < FILLER_LENGTH; i++) {
            letters.append((char) ('a' + rest % LETTERS));
            rest /= LETTERS;
        }
        return letters.toString();
    }
}
