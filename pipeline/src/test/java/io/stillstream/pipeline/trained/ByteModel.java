package io.stillstream.pipeline.trained;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.tokenizer.ByteAlphabet;
import io.stillstream.scorer.export.ExportOptions;
import io.stillstream.scorer.export.OnnxExporter;
import io.stillstream.student.model.StudentInitializer;
import io.stillstream.student.model.StudentShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A tiny model that speaks a family's chat template. Its tokens are the 256 bytes and the family's special tokens, so that ids
 * can be read as text again, and nothing is hidden in them.
 */
final class ByteModel {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BYTES = 256;
    private static final int CONTEXT_WINDOW = 1 << 14;

    private final Path student;
    private final Path teacher;
    private final List<String> special;

    private ByteModel(Path student, Path teacher, List<String> special) {
        this.student = student;
        this.teacher = teacher;
        this.special = special;
    }

    static ByteModel write(Family family, Path directory) throws IOException {
        List<String> special = new ArrayList<>(family.controls());
        if (family.beginning() != null) {
            special.add(0, family.beginning());
        }
        Path files = Files.createDirectories(directory.resolve("files"));
        Files.writeString(
                files.resolve("tokenizer.json"), tokenizer(family, special).toString());
        Files.copy(family.tokenizerConfig(), files.resolve("tokenizer_config.json"));
        Path student = directory.resolve("student");
        new StudentInitializer(StudentShape.of(16, 32, 1, 2, 1, CONTEXT_WINDOW), 0).write(student, files);
        Path teacher = directory.resolve("teacher");
        OnnxExporter.export(student, teacher, ExportOptions.defaults());
        return new ByteModel(student, teacher, special);
    }

    /** A directory as the trainer takes it. */
    Path student() {
        return student;
    }

    /** The same model as the scorer takes it. */
    Path teacher() {
        return teacher;
    }

    /** The text that ids stand for, special tokens by their names. */
    String text(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            if (id < BYTES) {
                bytes.write(id);
            } else {
                bytes.writeBytes(special.get(id - BYTES).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static ObjectNode tokenizer(Family family, List<String> special) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        var added = root.putArray("added_tokens");
        for (int i = 0; i < special.size(); i++) {
            added.addObject()
                    .put("id", BYTES + i)
                    .put("content", special.get(i))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        if (family.beginning() == null) {
            root.putNull("post_processor");
        } else {
            beginWith(family.beginning(), root.putObject("post_processor"));
        }
        byteLevel(root.putObject("decoder"));
        ObjectNode vocabulary = root.putObject("model").put("type", "BPE").putObject("vocab");
        for (int value = 0; value < BYTES; value++) {
            vocabulary.put(ByteAlphabet.spell(new byte[] {(byte) value}), value);
        }
        ((ObjectNode) root.get("model")).putArray("merges");
        return root;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }

    private static void beginWith(String token, ObjectNode node) {
        node.put("type", "TemplateProcessing").putArray("pair");
        var single = node.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        ObjectNode known = node.putObject("special_tokens").putObject(token).put("id", token);
        known.putArray("ids").add(BYTES);
        known.putArray("tokens").add(token);
    }
}
