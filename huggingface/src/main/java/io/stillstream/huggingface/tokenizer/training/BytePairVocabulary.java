package io.stillstream.huggingface.tokenizer.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.tokenizer.ByteAlphabet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A trained byte-level vocabulary. Id 0 is {@code <|endoftext|>}, which starts and ends every text; the 256 bytes
 * follow, then one token a merge.
 */
public final class BytePairVocabulary {

    public static final String END_OF_TEXT = "<|endoftext|>";

    /** The size without any merge: the special token and the bytes. */
    static final int SMALLEST_SIZE = 257;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<byte[]> tokens;
    private final List<Merge> merges;

    /** Two tokens that become one. */
    record Merge(int left, int right) {}

    /** @param tokens the bytes of every id; none for the special token */
    BytePairVocabulary(List<byte[]> tokens, List<Merge> merges) {
        this.tokens = List.copyOf(tokens);
        this.merges = List.copyOf(merges);
    }

    /** The number of tokens: fewer than were asked for when the texts have no more pairs to merge. */
    public int size() {
        return tokens.size();
    }

    /** The merges in the order they were learnt, as {@code tokenizer.json} spells them. */
    public List<String> merges() {
        return merges.stream()
                .map(merge -> spelling(merge.left()) + " " + spelling(merge.right()))
                .toList();
    }

    /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}; the same vocabulary gives the same bytes. */
    public void write(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("tokenizer.json"), tokenizer().toPrettyString() + "\n");
            Files.writeString(
                    directory.resolve("tokenizer_config.json"), configuration().toPrettyString() + "\n");
        } catch (IOException e) {
            throw new HuggingFaceException("could not write the tokenizer to " + directory + ": " + e.getMessage(), e);
        }
    }

    private ObjectNode tokenizer() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        root.putArray("added_tokens")
                .addObject()
                .put("id", 0)
                .put("content", END_OF_TEXT)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        startWithEndOfText(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model");
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(spelling(id), id);
        }
        merges().forEach(model.putArray("merges")::add);
        return root;
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", true);
    }

    private static void startWithEndOfText(ObjectNode node) {
        node.put("type", "TemplateProcessing");
        for (String template : List.of("single", "pair")) {
            var pieces = node.putArray(template);
            pieces.addObject().putObject("SpecialToken").put("id", END_OF_TEXT).put("type_id", 0);
            pieces.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
            if (template.equals("pair")) {
                pieces.addObject()
                        .putObject("SpecialToken")
                        .put("id", END_OF_TEXT)
                        .put("type_id", 1);
                pieces.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
            }
        }
        ObjectNode special = node.putObject("special_tokens").putObject(END_OF_TEXT);
        special.put("id", END_OF_TEXT);
        special.putArray("ids").add(0);
        special.putArray("tokens").add(END_OF_TEXT);
    }

    private static ObjectNode configuration() {
        return JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("bos_token", END_OF_TEXT)
                .put("eos_token", END_OF_TEXT)
                .put("add_prefix_space", false)
                .put("clean_up_tokenization_spaces", false);
    }

    private String spelling(int id) {
        return id == 0 ? END_OF_TEXT : ByteAlphabet.spell(tokens.get(id));
    }
}
