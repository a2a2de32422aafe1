package io.stillstream.trainer.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.PlainLlama;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Tokenizers and records over a few letters. Ids: 0 {@code <unk>}, 1 {@code <s>}, 2 {@code </s>}, then the tokens. */
final class Letters {

    static final int BEGIN = 1;
    static final int END = 2;
    static final int FIRST = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    private Letters() {}

    /**
     * Byte-pair encoding without a pre-tokenizer.
     *
     * @param merges the pairs that it joins, first those that go first, as {@code "a b"}
     */
    static Path tokenizer(Path directory, List<String> tokens, List<String> merges) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        var added = root.putArray("added_tokens");
        ObjectNode vocabulary = JSON.createObjectNode();
        for (String special : List.of("<unk>", "<s>", "</s>")) {
            added.addObject()
                    .put("id", vocabulary.size())
                    .put("content", special)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
            vocabulary.put(special, vocabulary.size());
        }
        tokens.forEach(token -> vocabulary.put(token, vocabulary.size()));
        ObjectNode model = JSON.createObjectNode();
        model.put("type", "BPE");
        model.put("unk_token", "<unk>");
        model.set("vocab", vocabulary);
        var pairs = model.putArray("merges");
        merges.forEach(pairs::add);
        try {
            root.set("post_processor", JSON.readTree("""
                    {"type":"TemplateProcessing",
                     "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                     "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
                     "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}
                    """));
            root.set("model", model);
            Files.createDirectories(directory);
            Files.write(directory.resolve(TextTokenizer.FILE_NAME), JSON.writeValueAsBytes(root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }

    /** A model with a tokenizer's vocabulary, that begins and ends a text. */
    static DecoderConfig model(TextTokenizer tokenizer) {
        return new PlainLlama(
                        tokenizer.vocabularySize(), 8, 8, 1, 1, 1, 8, 64, 1e-6f, 10_000, false, BEGIN, List.of(END))
                .config();
    }

    /** A response that the teacher wrote, token by token; one that ends with {@link #END} is whole. */
    static TeacherTargets targets(
            TextTokenizer teacher, String prompt, int[] ids, Selection selection, List<Map<Integer, Double>> columns) {
        return targets(teacher, teacher.sha256(), prompt, 0, ids, selection, columns, Author.TEACHER);
    }

    /**
     * @param tokenizer whose ids these are, where it is not the tokenizer of the teacher
     * @param overlap how many bytes of the prompt the first token holds
     * @param columns the probabilities that are kept at each position
     */
    static TeacherTargets targets(
            TextTokenizer tokenizer,
            String teacherTokenizer,
            String prompt,
            int overlap,
            int[] ids,
            Selection selection,
            List<Map<Integer, Double>> columns,
            Author author) {
        int[][] spelled = Arrays.stream(ids).mapToObj(id -> new int[] {id}).toArray(int[][]::new);
        return targets(tokenizer, teacherTokenizer, prompt, overlap, ids, spelled, selection, columns, author);
    }

    /** @param spelled the tokens that spell each of the teacher's, of which the record has the first */
    static TeacherTargets targets(
            TextTokenizer tokenizer,
            String teacherTokenizer,
            String prompt,
            int overlap,
            int[] ids,
            int[][] spelled,
            Selection selection,
            List<Map<Integer, Double>> columns,
            Author author) {
        int positions = ids.length;
        int[] ends = new int[positions];
        StringBuilder text = new StringBuilder();
        for (int t = 0; t < positions; t++) {
            text.append(tokenizer.text(spelled[t]));
            ends[t] = text.length() - overlap;
        }
        int k = columns.stream().mapToInt(Map::size).max().orElseThrow();
        int[] columnIds = new int[positions * k];
        float[] logProbabilities = new float[positions * k];
        Arrays.fill(logProbabilities, Float.NEGATIVE_INFINITY);
        for (int t = 0; t < positions; t++) {
            int at = t * k;
            for (Map.Entry<Integer, Double> column : columns.get(t).entrySet().stream()
                    .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                    .toList()) {
                columnIds[at] = column.getKey();
                logProbabilities[at++] = (float) Math.log(column.getValue());
            }
        }
        boolean ended = ids[positions - 1] == END;
        float[] numbers = new float[positions];
        return new TeacherTargets(
                "p",
                "c",
                "tenant",
                new PlainText(prompt),
                prompt,
                Message.assistant(text.substring(overlap)),
                text.substring(overlap),
                null,
                new TeacherIdentity("teacher", "aa", teacherTokenizer, ""),
                new Vocabulary(tokenizer.sha256(), tokenizer.vocabularySize(), List.of(END)),
                new TeacherTokens(ids, ends, ended, numbers, numbers, numbers),
                new RankedColumns(
                        selection, Ranking.PROBABILITY, 1f, columnIds, List.of(), logProbabilities, positions),
                ended ? FinishReason.STOP : FinishReason.LENGTH,
                Split.TRAIN,
                author,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
